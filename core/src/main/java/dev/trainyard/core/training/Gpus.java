package dev.trainyard.core.training;

import dev.trainyard.core.text.DataSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The devices a job needs. */
public sealed interface Gpus {

    /** No device: the container sees none, whatever its image says. */
    record None() implements Gpus {}

    /**
     * Any so many devices of one host.
     *
     * @param type product name that the device's own must contain, ignoring case
     * @param minMemory memory that each must have
     */
    record Count(int count, @Nullable String type, @Nullable DataSize minMemory) implements Gpus {}

    /** Every device of one host. */
    record All(@Nullable String type, @Nullable DataSize minMemory) implements Gpus {}

    /** Exactly these devices of one host, by current index or by UUID, as {@code --gpus '"device=0,2"'}. */
    record Devices(List<String> ids) implements Gpus {}

    Gpus NONE = new None();
}
