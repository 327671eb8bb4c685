package dev.trainyard.cli;

import static dev.trainyard.cli.LogsTest.log;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.core.text.ShellWords;
import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that need a separate process. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnProcessTest {

    private static final String ROW = "{\"columns\":[\"a\"],\"types\":[\"int4\"],\"rows\":[[1]],\"truncated\":false}";
    private static final String CTRL_C = "\u0003";

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
    void an_interrupted_attached_submit_says_that_the_job_continues() throws IOException, InterruptedException {
        server.streams("GET /jobs/*/log?follow=true", log(1, 1, "CONTAINER", "epoch 1\\n") + FakeServer.SILENCE);
        Process process = submit();
        assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("epoch 1");

        // Not process.destroy(), because it would also close the streams.
        process.toHandle().destroy();

        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(messages(process))
                .contains(" continues. To follow it: trainyard logs -f ", " To cancel it: trainyard cancel ");
    }

    @Test
    void a_submit_whose_job_ended_does_not_say_that_it_continues() throws IOException, InterruptedException {
        server.streams(
                "GET /jobs/*/log?follow=true",
                "event: end\ndata: {\"state\":\"FAILED\",\"attempt\":{\"exitCode\":7}}\n\n");

        Process process = submit();

        assertThat(process.waitFor()).isEqualTo(7);
        assertThat(messages(process)).doesNotContain("continues").endsWith("trainyard: failed\n");
    }

    @Test
    void a_submit_ends_when_its_output_pipe_is_closed() throws IOException, InterruptedException {
        server.streams("GET /jobs/*/log?follow=true", log(1, 1, "CONTAINER", "epoch 1\\n"))
                .streams("GET /jobs/*/log?follow=true", log(1, 2, "CONTAINER", "epoch 2\\n") + FakeServer.SILENCE);
        Process process = submit();

        process.getInputStream().close();

        assertThat(process.waitFor()).isEqualTo(141);
        assertThat(messages(process)).contains(" continues. ").doesNotContain("error");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"sql --csv 'select 1'", "sql 'select 1'", "--help", "run -d busybox", "run --dry-run busybox"})
    void what_is_printed_to_a_full_disk_is_an_error(String words) throws IOException, InterruptedException {
        server.answers("POST /sql", 200, ROW);
        ProcessBuilder builder = builder(command(ShellWords.split(words).toArray(String[]::new)));
        Process process = builder.redirectOutput(new File("/dev/full")).start();

        assertThat(process.waitFor()).isEqualTo(74);
        assertThat(messages(process)).contains("error: standard output cannot be written: No space left on device");
    }

    @Test
    void a_listing_whose_reader_has_ended_says_nothing_and_ends_as_if_by_its_signal()
            throws IOException, InterruptedException {
        server.answers("POST /sql", 200, ROW);
        Process process = start(command("sql", "select 1"));

        process.getInputStream().close();

        assertThat(process.waitFor()).isEqualTo(141);
        assertThat(messages(process)).isEmpty();
    }

    @Test
    void without_a_terminal_ctrl_c_leaves_the_job_running_and_says_how_to_cancel_it()
            throws IOException, InterruptedException {
        server.streams("GET /jobs/*/log?follow=true", log(1, 1, "CONTAINER", "epoch 1\\n") + FakeServer.SILENCE);
        Process process = start(command("run", "busybox"));
        assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("epoch 1");

        assertThat(new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();

        assertThat(process.waitFor()).isEqualTo(130);
        assertThat(messages(process)).contains(" continues. To follow it: ").doesNotContain("cancel the job (c)");
        assertThat(server.lines()).noneMatch(line -> line.endsWith("/cancel"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "submit"})
    void at_a_terminal_ctrl_c_asks_and_cancels_the_job_on_request(String command)
            throws IOException, InterruptedException {
        server.answers("POST /jobs/*/cancel", 200, "{\"result\":\"STOPPING\"}");
        Terminal terminal = attached(command);

        terminal.type(CTRL_C);
        terminal.awaits("cancel the job (c), or leave it running (Enter)?");
        terminal.type("c\n");
        terminal.awaits("the job is being cancelled");
        terminal.type(CTRL_C);
        terminal.awaits("kill the job now (k), or leave and let it stop by itself (Enter)?");
        terminal.type("\n");

        terminal.awaits("is being cancelled. To see how it ends: trainyard show ");
        assertThat(terminal.process.waitFor()).isEqualTo(130);
        assertThat(server.lines()).anyMatch(line -> line.matches("POST /jobs/.*/cancel"));
    }

    @Test
    void an_invalid_answer_repeats_the_question() throws IOException, InterruptedException {
        server.answers("POST /jobs/*/cancel", 200, "{\"result\":\"STOPPING\"}");
        Terminal terminal = attached("run");

        terminal.type(CTRL_C);
        terminal.awaits("cancel the job (c), or leave it running (Enter)?");
        terminal.type("yes\n");
        terminal.awaits("'yes' is not an answer: cancel the job (c), or leave it running (Enter)?");
        terminal.type("c\n");
        terminal.awaits("the job is being cancelled");
        terminal.type(CTRL_C);
        terminal.awaits("kill the job now (k)");
        terminal.type(CTRL_C);

        assertThat(terminal.process.waitFor()).isEqualTo(130);
    }

    @Test
    void a_second_ctrl_c_kills_a_job_that_does_not_stop() throws IOException, InterruptedException {
        server.answers("POST /jobs/*/cancel", 200, "{\"result\":\"STOPPING\"}");
        Terminal terminal = attached("run");

        terminal.type(CTRL_C);
        terminal.awaits("cancel the job (c)");
        terminal.type("c\n");
        terminal.awaits("the job is being cancelled");
        terminal.type(CTRL_C);
        terminal.awaits("kill the job now (k)");
        terminal.type("k\n");
        terminal.awaits("the job is being killed");
        terminal.type(CTRL_C);

        assertThat(terminal.process.waitFor()).isEqualTo(130);
        assertThat(server.received().stream()
                        .filter(request -> request.line().endsWith("/cancel"))
                        .map(FakeServer.Received::body))
                .hasSize(2)
                .last()
                .asString()
                .contains("\"force\":true");
    }

    @Test
    void piped_standard_input_is_refused_because_it_is_not_forwarded() throws IOException, InterruptedException {
        Process process = start(command("run", "-i", "busybox", "cat"));

        assertThat(process.waitFor()).isEqualTo(64);
        assertThat(messages(process)).contains("-i: standard input is not forwarded");
        assertThat(server.lines()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", CTRL_C})
    void at_a_terminal_any_other_answer_leaves_the_job_running(String answer) throws IOException, InterruptedException {
        Terminal terminal = attached("run");

        terminal.type(CTRL_C);
        terminal.awaits("cancel the job (c), or leave it running (Enter)?");
        terminal.type(answer);

        terminal.awaits(" continues. To follow it: trainyard logs -f ");
        assertThat(terminal.process.waitFor()).isEqualTo(130);
        assertThat(server.lines()).noneMatch(line -> line.endsWith("/cancel"));
    }

    @Test
    void control_characters_are_escaped_on_a_terminal_and_unchanged_in_a_file()
            throws IOException, InterruptedException {
        server.answers("POST /sql", 200, "{\"columns\":[\"name\"],\"rows\":[[\"a\\u001b[2Jb\"]],\"truncated\":false}");
        List<String> command = command("sql", "--csv", "select 1");

        assertThat(everythingOf(start(command))).isEqualTo("name\na\u001b[2Jb\n");
        assertThat(everythingOf(atTerminal("", command))).isEqualTo("name\r\na\\x1b[2Jb\r\n");
    }

    @Test
    void a_table_fits_the_terminal_and_is_complete_in_a_file() throws IOException, InterruptedException {
        server.answers(
                "GET /jobs?limit=50",
                200,
                "{\"jobs\":[{\"jobId\":\"0199f3a2-7b3c-7000-8000-00000000000a\",\"name\":\"%s\",\"state\":\"QUEUED\"}]}"
                        .formatted("n".repeat(100)));
        List<String> command = command("jobs");

        assertThat(everythingOf(start(command))).contains("n".repeat(100));
        assertThat(everythingOf(atTerminal("stty cols 60; ", command)).lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(60));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpus", "workers", "queue"})
    void listings_do_not_cut_ids_numbers_or_times(String listing) throws IOException, InterruptedException {
        String id = "0199f3a2-7b3c-7000-8000-00000000000a";
        String gpu = "GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a";
        String time = "\"2026-11-24T08:00:00Z\"";
        server.answers("GET /gpus", 200, """
                {"gpus":[{"device":"%1$s","index":0,"kind":"GPU","type":"NVIDIA H200","memoryBytes":150754820096,"unhealthyBecause":null,
                  "offered":true,"worker":"gpu-host-1","host":"gpu-host-1.lab.example","attemptId":"%2$s","jobId":"%2$s","reservedAt":%3$s}]}""".formatted(gpu, id, time));
        server.answers("GET /workers", 200, """
                {"workers":[{"workerId":"%1$s","name":"gpu-host-1","host":"gpu-host-1.lab.example","state":"ACTIVE","version":"0.9.0","cpus":192,
                  "memoryBytes":150754820096,"runSlots":8,"outputsRoot":"/var/lib/trainyard/outputs","registeredAt":%2$s,"lastSeenAt":%2$s,
                  "liveAttempts":3,"unfitBecause":null}]}""".formatted(id, time));
        server.answers("GET /queue", 200, """
                {"queue":[{"place":1,"jobId":"%1$s","name":"resnet18-imagenet","team":"vision","priority":500,"queuedAt":%2$s,"notBefore":null,
                  "attempts":1,"freeRetries":0,"waitingBecause":"waiting for 8 GPUs; 3 are free","lastCause":"PROGRAM_ERROR","lastDetail":"exit code 1"}]}""".formatted(id, time));

        String screen = everythingOf(atTerminal("stty cols 80; ", command(listing)));

        assertThat(screen.lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(screen)
                .contains(
                        switch (listing) {
                            case "gpus" -> List.of(gpu + " ", "0199f3a2-7b3c", "gpu-host-1");
                            case "workers" -> List.of("gpu-host-1 ", "ACTIVE", " 3");
                            default -> List.of("0199f3a2-7b3c ", "resnet18", "500", "waiting");
                        });
    }

    private static String everythingOf(Process process) throws IOException, InterruptedException {
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isZero();
        return printed;
    }

    /** A process whose three streams are a terminal, which {@code script} of util-linux provides. */
    private record Terminal(Process process, Reader screen) {

        void type(String keys) throws IOException {
            process.getOutputStream().write(keys.getBytes(UTF_8));
            process.getOutputStream().flush();
        }

        void awaits(String text) throws IOException {
            StringBuilder seen = new StringBuilder();
            for (int c = screen.read(); c >= 0; c = screen.read()) {
                seen.append((char) c);
                if (seen.toString().endsWith(text)) {
                    return;
                }
            }
            throw new AssertionError("the terminal ended without '%s': %s".formatted(text, seen));
        }
    }

    private Terminal attached(String command) throws IOException {
        server.streams("GET /jobs/*/log?follow=true", log(1, 1, "CONTAINER", "epoch 1\\n") + FakeServer.SILENCE);
        Process process = atTerminal("", command(command, command.equals("run") ? "busybox" : file.toString()));
        Terminal terminal = new Terminal(process, process.inputReader(UTF_8));
        terminal.awaits("epoch 1");
        return terminal;
    }

    /** @param before shell commands to run first */
    private Process atTerminal(String before, List<String> command) throws IOException {
        String line = command.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
        return start(
                List.of("script", "--quiet", "--return", "--flush", "--command", before + "exec " + line, "/dev/null"));
    }

    private Process submit() throws IOException {
        return start(command("submit", file.toString()));
    }

    private static List<String> command(String... words) {
        List<String> command = new ArrayList<>(List.of(
                "env",
                // A shell ignores interrupts in background jobs, and the test's child process would inherit that.
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(words));
        return command;
    }

    private Process start(List<String> command) throws IOException {
        return builder(command).start();
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("TRAINYARD_SERVER", server.address());
        return builder;
    }

    private static String messages(Process process) throws IOException {
        return new String(process.getErrorStream().readAllBytes(), UTF_8);
    }
}
