package dev.trainyard.worker.device;

import dev.trainyard.core.lifecycle.WorkerId;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where a worker's devices come from. Each call looks anew, so callers see devices come, go and fail. */
@FunctionalInterface
public interface DeviceProvider {

    /**
     * The devices this host has now, unhealthy ones included; keys and indices are unique within the list. Takes up to
     * some ten seconds when a driver hangs.
     *
     * @throws DeviceProblem if the host cannot tell; this does not mean that it has none
     */
    List<OfferedDevice> devices() throws DeviceProblem;

    /**
     * The provider that {@code --devices} names: {@code nvidia}, {@code slots:N}, {@code file:PATH} or {@code none}.
     *
     * @param workerId prefixes the keys of devices that have no name of their own
     * @param environment for {@code PATH}, on which {@code nvidia-smi} is looked for
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
