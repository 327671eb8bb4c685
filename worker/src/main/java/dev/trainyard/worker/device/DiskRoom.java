package dev.trainyard.worker.device;

import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Free space on a disk of this host, and the threshold below which it counts as full. Calls block if a file system does not answer. */
public final class DiskRoom {

    /** With less, a training can hardly write a checkpoint, nor the engine a layer. */
    public static final DataSize LEAST = DataSize.parse("256m");

    private DiskRoom() {}

    /** Whether the free space is known and less than {@link #LEAST}. */
    public static boolean isFull(Path place) {
        return free(place).filter(free -> free.bytes() < LEAST.bytes()).isPresent();
    }

    /**
     * The free space on the disk of a file or folder.
     *
     * @param place if it does not exist, the nearest existing folder above it counts
     * @return empty if unknown
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
