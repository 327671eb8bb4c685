package dev.trainyard.worker.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A command of this host, run as the tests are: by root. */
public final class HostCommand {

    private HostCommand() {}

    /** Returns what it says; fails if the command does. */
    public static String run(String... line) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(List.of(line) + " failed: " + said);
        }
        return said.strip();
    }
}
