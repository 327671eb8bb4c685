package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * A training that keeps a ledger of its own, outside all that Trainyard records: each container that starts and each that ends
 * writes a line.
 *
 * @param exitCode what its program ends with by itself, and what nothing else of it ends with
 */
record Training(UUID job, Gate gate, Path ledger, int exitCode) {

    private static final int EXIT_CODE = 7;

    /** One of a test: it counts lines into its log until its gate is open, and then ends. */
    static Training of(Installation installation) {
        return of(installation, UUID.randomUUID(), EXIT_CODE);
    }

    static Training of(Installation installation, UUID job, int exitCode) {
        Path folder = installation.folder("training-" + job);
        return new Training(job, new Gate(folder), folder.resolve("ledger"), exitCode);
    }

    /**
     * One of a test as well, whose image is built by that Dockerfile: it is submitted by the client, which uploads what is to be built. It is
     * never tried again.
     */
    static Training built(Installation installation, String server, String dockerfile) {
        Path folder = installation.folder("built-" + UUID.randomUUID());
        try {
            Files.writeString(folder.resolve("Dockerfile"), dockerfile);
            Files.writeString(folder.resolve("docker-compose.yml"), """
                    services:
                      built:
                        build: .
                        command: ["sh", "-c", "%s"]
                        volumes: ["%s:/gate"]
                    """.formatted(
                            program(EXIT_CODE).replace("$", "$$"), folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ProductProcess submit = installation.client(
                server, "submit", folder.resolve("docker-compose.yml").toString(), "-d");
        assertThat(submit.awaitExit()).as(submit.said()).isZero();
        UUID job = UUID.fromString(submit.out().strip());
        return new Training(job, new Gate(folder), folder.resolve("ledger"), EXIT_CODE);
    }

    /** A test's message; the exit code is never retried. */
    String request() {
        return """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "ledger",
                 "image": {"reference": "busybox:latest"},
                 "run": {"command": ["sh", "-c", "%s"], "mounts": [{"source": "%s", "target": "/gate"}]},
                 "gpus": {"count": 1}, "gracePeriod": "5s",
                 "retry": {"maxAttempts": 3, "backoff": "1s", "rules": [{"onExitCode": [%d], "action": "FAIL"}]}}""".formatted(job, program(exitCode), gate.folder(), exitCode);
    }

    /** Without a double quote, so that it may stand between two. */
    private static String program(int exitCode) {
        return "trap 'echo $(hostname) stopped >> /gate/ledger; exit 0' TERM; echo $(hostname) started >> /gate/ledger;"
                + " i=0; while true; do i=$((i+1)); echo line $i; [ -e /gate/open ] && break; sleep 0.05; done;"
                + " echo last $i; echo $(hostname) ended >> /gate/ledger; exit " + exitCode;
    }

    /** What the containers themselves have written: host name, which is the container's short id, and what happened to it. */
    List<String> entries() {
        try {
            return Files.exists(ledger) ? Files.readAllLines(ledger) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Short ids of the containers that wrote it, in their order. */
    List<String> containersThat(String what) {
        return entries().stream()
                .map(line -> line.split(" "))
                .filter(words -> words[1].equals(what))
                .map(words -> words[0])
                .toList();
    }
}
