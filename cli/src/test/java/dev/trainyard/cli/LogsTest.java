package dev.trainyard.cli;

import static dev.trainyard.cli.server.FakeServer.SILENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.cli.server.FakeServer.Received;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogsTest {

    private static final String JOB = "0199f3a2-7b3c-7000-8000-00000000000a";
    private static final String FOLLOWED = "GET /jobs/" + JOB + "/log?follow=true&build=failed";
    private static final String END = "event: end\ndata: {\"jobId\":\"" + JOB
            + "\",\"state\":\"FAILED\",\"reason\":\"PROGRAM_ERROR: exit code 3\",\"attempt\":{\"exitCode\":3}}\n\n";

    private final FakeServer server = new FakeServer();
    private final Cli cli = Cli.with(server);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void options_select_a_part_of_the_log() {
        server.streams(
                "GET /jobs/" + JOB + "/log?follow=false&build=never&tail=3&since=2026-11-24T08%3A05%3A30Z",
                log(1, 7, "CONTAINER", "epoch 9\\n") + END);
        server.streams("GET /jobs/" + JOB + "/log?follow=true&build=always&tail=0", END);

        assertThat(cli.run("logs", JOB, "--tail", "3", "--since", "10m", "--no-build")
                        .out())
                .isEqualTo("epoch 9\n");
        assertThat(cli.run("logs", "-f", "-n", "0", "--build", JOB).exitCode()).isZero();
        assertThat(cli.run("logs", JOB, "--build", "--no-build").exitCode()).isEqualTo(64);
    }

    @Test
    void all_lines_may_be_asked_for_as_of_docker() {
        server.streams("GET /jobs/" + JOB + "/log?follow=false&build=failed", END);

        for (String all : List.of("all", "ALL", "-1", "-20")) {
            assertThat(cli.run("logs", "--tail", all, JOB).exitCode()).as(all).isZero();
            assertThat(cli.run("logs", "-n" + all, JOB).exitCode()).as(all).isZero();
        }
        assertThat(cli.run("logs", "--tail", "few", JOB).err())
                .isEqualTo(
                        "error: Invalid value for option '--tail': 'few' is neither a number of lines nor 'all'. See 'trainyard logs --help'.\n");
    }

    @Test
    void the_containers_output_goes_to_standard_output_and_all_else_to_standard_error() {
        server.streams(
                "GET /jobs/" + JOB + "/log?follow=false&attempt=2&build=failed",
                state("{\"state\":\"FAILED\"}")
                        + log(2, 1, "IMAGE", "Step 1/2\\n")
                        + log(2, 2, "TRAINYARD", "outputs: 3 files\\n")
                        + log(2, 3, "CONTAINER", "epoch 1\\nepoch 2\\n")
                        + END);

        assertThat(cli.run("logs", JOB, "--attempt", "2"))
                .isEqualTo(new Result(0, "epoch 1\nepoch 2\n", "Step 1/2\noutputs: 3 files\n"));
    }

    @Test
    void each_state_change_is_reported_once() {
        server.streams(
                FOLLOWED,
                state("{\"state\":\"PUBLISHED\"}")
                        + state("{\"state\":\"QUEUED\",\"waitingBecause\":\"no free GPU\"}")
                        + state("{\"state\":\"QUEUED\",\"waitingBecause\":\"no free GPU\"}")
                        + state("{\"state\":\"QUEUED\"}")
                        + state(
                                "{\"state\":\"QUEUED\",\"waitingBecause\":\"retries at 2026-11-24T08:16:10Z after DISK_FULL: /\"}")
                        + state(
                                "{\"state\":\"RUNNING\",\"attempt\":{\"number\":1,\"worker\":\"gpu-1\",\"state\":\"PREPARING\",\"devices\":[\"GPU-a\",\"9de3154e-b791-4c58-a0ab-f557636bc314/slot-1\"]}}")
                        + state(
                                "{\"state\":\"RUNNING\",\"attempt\":{\"number\":1,\"worker\":\"gpu-1\",\"state\":\"ENDED\",\"cause\":\"HOST_LOST\"}}")
                        + state("{\"state\":\"FAILED\",\"reason\":\"PROGRAM_ERROR: exit code 3\"}")
                        + END);

        assertThat(cli.run("logs", "-f", JOB).err()).isEqualTo("""
                trainyard: published, not yet read by a worker
                trainyard: waiting: no free GPU
                trainyard: queued
                trainyard: waiting: retries at 08:16:10 after DISK_FULL: /
                trainyard: attempt 1 on gpu-1 with GPU-a,slot-1: preparing image and container
                trainyard: attempt 1 on gpu-1: ended, HOST_LOST
                trainyard: failed: PROGRAM_ERROR: exit code 3
                """);
    }

    @Test
    void a_held_job_ends_the_view_and_suggests_commands() {
        server.streams(
                FOLLOWED,
                log(1, 1, "CONTAINER", "a\\n")
                        + state("{\"jobId\":\"J\",\"state\":\"HELD\",\"reason\":\"ann: wrong data\"}")
                        + SILENCE);

        assertThat(cli.run("logs", "-f", JOB))
                .isEqualTo(
                        new Result(
                                0,
                                "a\n",
                                "trainyard: held: ann: wrong data. To let it start again: trainyard release J. To cancel it: trainyard cancel J\n"));
    }

    @Test
    void a_broken_connection_is_reopened_and_resumes_where_it_broke() {
        server.streams(
                        FOLLOWED,
                        log(1, 1, "CONTAINER", "a\\n") + log(1, 2, "CONTAINER", "b\\n") + "event: log\ndata: {\"att")
                .answers(FOLLOWED, 503, "{\"title\":\"Starting\"}")
                .streams(
                        FOLLOWED,
                        log(1, 2, "CONTAINER", "b\\n")
                                + log(1, 3, "CONTAINER", "c\\n")
                                + log(2, 1, "CONTAINER", "d\\n")
                                + END);

        Result result = cli.run("logs", "-f", JOB);

        assertThat(result).isEqualTo(new Result(0, "a\nb\nc\nd\n", """
                trainyard: connection lost (the server closed the connection). Trying again
                trainyard: connected again
                trainyard: failed: PROGRAM_ERROR: exit code 3
                """));
        assertThat(server.received().stream().map(Received::lastEventId)).containsExactly(null, "1:2", "1:2");
    }

    @Test
    void a_silent_connection_is_reopened_without_a_message() {
        server.streams(FOLLOWED, log(1, 1, "CONTAINER", "a\\n") + SILENCE)
                .streams(FOLLOWED, log(1, 2, "CONTAINER", "b\\n") + END);

        assertThat(cli.silence(Duration.ofMillis(100)).run("logs", "-f", JOB))
                .isEqualTo(new Result(0, "a\nb\n", "trainyard: failed: PROGRAM_ERROR: exit code 3\n"));
    }

    @Test
    void the_client_gives_up_on_a_server_that_stays_unreachable() {
        server.streams(FOLLOWED, log(1, 1, "CONTAINER", "a\\n")).answers(FOLLOWED, 503, "{}");

        Result result = cli.run("logs", "-f", JOB);

        assertThat(result.exitCode()).isEqualTo(69);
        assertThat(result.out()).isEqualTo("a\n");
        assertThat(result.err())
                .startsWith(
                        "trainyard: connection lost (the server closed the connection). Trying again\nerror: no server answers at "
                                + server.address() + " (the server answered 503).");
    }

    @Test
    void the_client_does_not_wait_for_an_unknown_job() {
        server.answers(FOLLOWED, 404, "{\"detail\":\"No job has this id.\"}");

        assertThat(cli.run("logs", "-f", JOB)).isEqualTo(new Result(66, "", "error: No job has this id.\n"));
    }

    static String log(int attempt, int seq, String source, String text) {
        return "event: log\nid: %d:%d\ndata: {\"attempt\":%d,\"seq\":%d,\"source\":\"%s\",\"text\":\"%s\"}\n\n"
                .formatted(attempt, seq, attempt, seq, source, text);
    }

    static String state(String json) {
        return "event: state\ndata: " + json + "\n\n";
    }
}
