package dev.trainyard.worker.docker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a test has Docker's own client make: found by a label and removed in the end, also what a command that failed left behind.
 * {@link Inspection} leaves labels of this prefix out.
 */
final class CliContainers implements AutoCloseable {

    private final String label = "dev.trainyard.test=" + UUID.randomUUID();

    /** {@code docker create} or {@code docker run}; the container's id. */
    String make(String verb, List<String> words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(verb, "--label", label));
        command.addAll(words);
        return Inspection.docker(command.toArray(String[]::new)).strip();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        List<String> made = Inspection.docker("ps", "--all", "--quiet", "--filter", "label=" + label)
                .lines()
                .toList();
        for (String id : made) {
            Inspection.docker("rm", "--force", "--volumes", id);
        }
    }
}
