package dev.trainyard.worker.device;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a container gets of the devices reserved for it, in the order of their indices.
 *
 * @param deviceIds the ids of Docker's device request ({@code --gpus device=…}); empty: no device request
 * @param environmentValue the value of {@code NVIDIA_VISIBLE_DEVICES}, which is always set: framework images bring
 *     {@code all}, and with nvidia as the default runtime a container without a reservation would see every GPU
 */
public record VisibleDevices(List<String> deviceIds, String environmentValue) {

    /** Shows nothing, as NVIDIA's container runtime reads it. An empty value would be read as "not set". */
    private static final String NOTHING = "void";

    public static VisibleDevices of(Collection<OfferedDevice> reserved) {
        List<String> ids = reserved.stream()
                .sorted(Comparator.comparingInt(OfferedDevice::index))
                .map(OfferedDevice::containerId)
                .flatMap(Optional::stream)
                .toList();
        return new VisibleDevices(ids, ids.isEmpty() ? NOTHING : String.join(",", ids));
    }
}
