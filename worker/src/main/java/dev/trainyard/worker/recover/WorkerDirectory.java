package dev.trainyard.worker.recover;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.launch.FileProblem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A worker's state directory: its id, and a lock that only one process can hold. The id outlives the process. The process with the lock
 * is the worker.
 */
public final class WorkerDirectory implements AutoCloseable {

    private final WorkerId worker;
    private final Path lockFile;
    private final FileChannel channel;

    private WorkerDirectory(WorkerId worker, Path lockFile, FileChannel channel) {
        this.worker = worker;
        this.lockFile = lockFile;
        this.channel = channel;
    }

    /**
     * Opens the directory, which is created if missing, and locks it.
     *
     * @throws WorkerDirectoryProblem if another process holds it or it cannot be used
     */
    public static WorkerDirectory open(Path directory) {
        Path lockFile = directory.resolve("worker.lock");
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
        try {
            FileLock lock = lock(channel);
            if (lock == null) {
                channel.close();
                throw new WorkerDirectoryProblem(
                        "Another worker uses the state directory %s. Choose another directory with --state-dir."
                                .formatted(directory));
            }
            return new WorkerDirectory(workerId(directory), lockFile, channel);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    private static WorkerDirectoryProblem unusable(Path directory, IOException e) {
        return new WorkerDirectoryProblem(
                "Cannot use the state directory %s: %s. Choose another with --state-dir."
                        .formatted(directory, FileProblem.wordsWithFile(e)),
                e);
    }

    private static @org.jspecify.annotations.Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static WorkerId workerId(Path directory) throws IOException {
        Path file = directory.resolve("worker.id");
        if (!Files.exists(file)) {
            // Written atomically: an incomplete id would be another worker.
            Path fresh = directory.resolve("worker.id.new");
            Files.writeString(
                    fresh,
                    UUID.randomUUID() + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
        String text = Files.readString(file).strip();
        try {
            return WorkerId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IOException("%s does not hold a worker id".formatted(file), e);
        }
    }

    public WorkerId worker() {
        return worker;
    }

    /** Device number of the lock file. */
    public long lockDevice() {
        return attribute("unix:dev");
    }

    /** Inode of the lock file. A copy of the directory has another inode. */
    public long lockInode() {
        return attribute("unix:ino");
    }

    private long attribute(String name) {
        try {
            return ((Number) Files.getAttribute(lockFile, name)).longValue();
        } catch (IOException e) {
            throw new WorkerDirectoryProblem("Cannot read %s: %s".formatted(lockFile, e), e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** The message is for people. */
    public static final class WorkerDirectoryProblem extends RuntimeException {

        private static final long serialVersionUID = 1L;

        WorkerDirectoryProblem(String message) {
            super(message);
        }

        WorkerDirectoryProblem(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
