package dev.trainyard.worker.recover;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** Data that identifies this process among all processes on all hosts. */
public final class ThisProcess {

    private ThisProcess() {}

    /** The kernel's id of this boot. */
    public static String bootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel's boot id cannot be read", e);
        }
    }

    public static long pid() {
        return ProcessHandle.current().pid();
    }

    public static Instant startedAt() {
        return ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH);
    }

    public static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
