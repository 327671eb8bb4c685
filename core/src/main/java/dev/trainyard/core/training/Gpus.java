package dev.trainyard.core.training;

import dev.trainyard.core.text.DataSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The GPUs that a job needs. */
public sealed interface Gpus {

    /** No device. The container sees none, even if its image sets NVIDIA_VISIBLE_DEVICES. */
    record None() implements Gpus {}

    /**
     * This number of devices of one host, chosen by the planner.
     *
     * @param type text that the product name of each device must contain, ignoring case
     * @param minMemory minimum memory of each device
     */
    record Count(int count, @Nullable String type, @Nullable DataSize minMemory) implements Gpus {}

    /** Every device of one host. */
    record All(@Nullable String type, @Nullable DataSize minMemory) implements Gpus {}

    /** These devices of one host, by current index or UUID, as {@code --gpus '"device=0,2"'}. */
    record Devices(List<String> ids) implements Gpus {}

    Gpus NONE = new None();
}
