package dev.trainyard.standalone.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The directory of one service. One process at a time can claim it. It also stores the service's port number. */
final class ServiceDirectory implements AutoCloseable {
    // The JVM holds a file lock as a whole, and closing any channel to the file releases it. So a second claim in this
    // JVM must be refused before it opens the file.
    private static final Set<Path> CLAIMED_HERE = ConcurrentHashMap.newKeySet();

    // Postgres' initdb puts its path into a shell command, and Kafka reads a comma as the end of a path.
    private static final Pattern UNSAFE = Pattern.compile("[\"$`\\\\,\\p{Cntrl}]");

    private final Path path;
    private final FileChannel lock;

    private ServiceDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Creates the directory if it does not exist, readable by its owner only, and claims it until {@link #close} or the end of this
     * process.
     *
     * @throws LocalServiceException if another process, or another service of this process, has claimed it, or if its path contains
     *     characters that the services misread
     */
    static ServiceDirectory claim(Path directory) throws IOException {
        Path path = Files.createDirectories(
                        directory.toAbsolutePath().normalize(),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                .toRealPath();
        if (UNSAFE.matcher(path.toString()).find()) {
            throw new LocalServiceException(
                    "the path '%s' contains one of \" $ ` \\ , or a control character, which Kafka or Postgres would misread: choose another directory"
                            .formatted(path));
        }
        if (!CLAIMED_HERE.add(path)) {
            throw inUse(path, "this process");
        }
        try {
            return new ServiceDirectory(path, lock(path));
        } catch (IOException | RuntimeException e) {
            CLAIMED_HERE.remove(path);
            throw e;
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        Path file = path.resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw inUse(path, "process " + Files.readString(file).strip());
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static LocalServiceException inUse(Path path, String holder) {
        return new LocalServiceException(
                "%s is in use by %s: a running trainyard up or demo with this state directory. Submit to that one (trainyard submit FILE), stop it, or give another directory with --dir"
                        .formatted(path, holder));
    }

    Path path() {
        return path;
    }

    /** The wanted port. If that is 0: the stored port, or any free port if none is stored. */
    LoopbackPort port(int wanted) throws IOException {
        if (wanted != 0) {
            return new LoopbackPort(wanted);
        }
        return Files.exists(portFile()) ? remembered() : LoopbackPort.free();
    }

    private LoopbackPort remembered() throws IOException {
        String text = Files.readString(portFile()).strip();
        try {
            return new LoopbackPort(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new LocalServiceException(
                    "%s contains '%s', which is not a port number: delete the file to have a new port chosen"
                            .formatted(portFile(), text),
                    e);
        }
    }

    void remember(LoopbackPort port) throws IOException {
        Files.writeString(portFile(), port.number() + "\n");
    }

    void requireFree(LoopbackPort port, String service) {
        if (!port.isFree()) {
            throw new LocalServiceException(
                    "%s cannot listen on 127.0.0.1:%d: another program does. Stop that program, or give another port (%s remembers the last one)"
                            .formatted(service, port.number(), portFile()));
        }
    }

    private Path portFile() {
        return path.resolve("port");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new LocalServiceException("could not release the lock on " + path, e);
        } finally {
            CLAIMED_HERE.remove(path);
        }
    }
}
