package dev.trainyard.worker.device;

import dev.trainyard.core.lifecycle.WorkerId;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Source of a worker's devices. Each call checks again, so that callers see devices appear, disappear and fail. */
@FunctionalInterface
public interface DeviceProvider {

    /**
     * The current devices of this host, including unhealthy ones. Keys and indices are unique within the list. If a driver hangs, the call
     * takes up to about ten seconds.
     *
     * @throws DeviceProblem if the devices cannot be determined, which does not mean that there are none
     */
    List<OfferedDevice> devices() throws DeviceProblem;

    /**
     * The provider that {@code --devices} names: {@code nvidia}, {@code slots:N}, {@code file:PATH} or {@code none}.
     *
     * @param workerId prefix for the keys of devices without their own id
     * @param environment for {@code PATH}, to find {@code nvidia-smi}
     * @throws DeviceProblem if {@code spec} has none of these forms
     */
    static DeviceProvider parse(String spec, WorkerId workerId, Map<String, String> environment) throws DeviceProblem {
        if (spec.equals("none")) {
            return List::of;
        }
        if (spec.equals("nvidia")) {
            return new NvidiaSmi(workerId, environment.getOrDefault("PATH", ""));
        }
        if (spec.matches("slots:[1-9][0-9]{0,3}")) {
            return new Slots(Integer.parseInt(spec.substring("slots:".length())), workerId);
        }
        if (spec.startsWith("file:") && spec.length() > "file:".length()) {
            try {
                return new DeclaredDevices(Path.of(spec.substring("file:".length())));
            } catch (InvalidPathException e) {
                throw new WrongDevices("--devices \"" + spec + "\" names no possible path: " + e.getReason(), e);
            }
        }
        throw new WrongDevices("--devices \"" + spec + "\" is not understood: use nvidia (ask nvidia-smi), slots:N"
                + " (N stand-ins without a GPU, 1 to 9999), file:PATH (a YAML or JSON list of devices) or none.");
    }
}
