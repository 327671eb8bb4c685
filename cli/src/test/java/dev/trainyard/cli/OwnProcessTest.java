package dev.trainyard.cli;

import static dev.trainyard.cli.LogsTest.log;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.server.FakeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show. */
@Timeout(120)
class OwnProcessTest {

    private final FakeServer server = new FakeServer();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void a_training() throws IOException {
        file = Files.writeString(folder.resolve("train.yml"), "services: {train: {image: x}}");
        server.answers("POST /jobs", 202, "{}");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void an_attached_submit_that_is_ended_says_that_the_job_goes_on() throws IOException, InterruptedException {
        server.streams("GET /jobs/*/log?follow=true", log(1, 1, "CONTAINER", "epoch 1\\n") + FakeServer.SILENCE);
        Process process = submit();
        assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("epoch 1");

        // Not process.destroy(), which would close the streams too.
        process.toHandle().destroy();

        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(messages(process)).contains(" goes on. Follow it: trainyard logs -f ", " End it: trainyard cancel ");
    }

    @Test
    void one_whose_job_ended_says_no_such_thing() throws IOException, InterruptedException {
        server.streams(
                "GET /jobs/*/log?follow=true",
                "event: end\ndata: {\"state\":\"FAILED\",\"attempt\":{\"exitCode\":7}}\n\n");

        Process process = submit();

        assertThat(process.waitFor()).isEqualTo(7);
        assertThat(messages(process)).doesNotContain("goes on").endsWith("trainyard: failed\n");
    }

    @Test
    void one_whose_output_nobody_reads_ends() throws IOException, InterruptedException {
        server.streams("GET /jobs/*/log?follow=true", log(1, 1, "CONTAINER", "epoch 1\\n"))
                .streams("GET /jobs/*/log?follow=true", log(1, 2, "CONTAINER", "epoch 2\\n") + FakeServer.SILENCE);
        Process process = submit();

        process.getInputStream().close();

        assertThat(process.waitFor()).isEqualTo(141);
        assertThat(messages(process)).contains(" goes on. ").doesNotContain("error");
    }

    private Process submit() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        builder.command().addAll(List.of("submit", file.toString()));
        builder.environment().put("TRAINYARD_SERVER", server.address());
        return builder.start();
    }

    private static String messages(Process process) throws IOException {
        return new String(process.getErrorStream().readAllBytes(), UTF_8);
    }
}
