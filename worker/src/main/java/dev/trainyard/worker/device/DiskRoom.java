package dev.trainyard.worker.device;

import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How much room a disk of this host has: the one place that says from where on it is full. Calls block where a file system does not answer. */
public final class DiskRoom {

    /** With less than that a training can hardly write a checkpoint, nor the engine a layer. */
    public static final DataSize LEAST = DataSize.parse("256m");

    private DiskRoom() {}

    /** Whether it is known to have less than {@link #LEAST}. */
    public static boolean isFull(Path place) {
        return free(place).filter(free -> free.bytes() < LEAST.bytes()).isPresent();
    }

    /**
     * What is free on the disk of a file or folder.
     *
     * @param place there or not yet: then it is to be made in the nearest folder above that is there
     * @return empty: it cannot be told
     */
    public static Optional<DataSize> free(Path place) {
        @Nullable Path there = place;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        try {
            return there == null
                    ? Optional.empty()
                    : Optional.of(new DataSize(Files.getFileStore(there).getUsableSpace()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
