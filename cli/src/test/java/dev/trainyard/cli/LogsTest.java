package dev.trainyard.cli;

import static dev.trainyard.cli.server.FakeServer.SILENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.cli.server.FakeServer.Received;
import java.time.Duration;
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
    void a_part_of_the_log_is_asked_for() {
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
    void the_containers_words_go_to_standard_output_and_all_others_to_standard_error() {
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
    void changes_of_the_state_are_told_once() {
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
                trainyard: published; no worker has read it yet
                trainyard: waiting: no free GPU
                trainyard: queued
                trainyard: waiting: retries at 08:16:10 after DISK_FULL: /
                trainyard: attempt 1 on gpu-1 with GPU-a,slot-1: preparing image and container
                trainyard: attempt 1 on gpu-1: ended, HOST_LOST
                trainyard: failed: PROGRAM_ERROR: exit code 3
                """);
    }

    @Test
    void a_job_that_is_held_ends_the_view_and_says_what_to_do() {
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
                                "trainyard: held: ann: wrong data. Have it placed again: trainyard release J. End it: trainyard cancel J\n"));
    }

    @Test
    void a_connection_that_breaks_is_made_again_and_goes_on_where_it_broke() {
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
                trainyard: the connection broke (the server closed it); trying again
                trainyard: the connection is there again
                trainyard: failed: PROGRAM_ERROR: exit code 3
                """));
        assertThat(server.received().stream().map(Received::lastEventId)).containsExactly(null, "1:2", "1:2");
    }

    @Test
    void a_connection_without_a_sign_of_life_is_made_anew_without_a_word() {
        server.streams(FOLLOWED, log(1, 1, "CONTAINER", "a\\n") + SILENCE)
                .streams(FOLLOWED, log(1, 2, "CONTAINER", "b\\n") + END);

        assertThat(cli.silence(Duration.ofMillis(100)).run("logs", "-f", JOB))
                .isEqualTo(new Result(0, "a\nb\n", "trainyard: failed: PROGRAM_ERROR: exit code 3\n"));
    }

    @Test
    void a_server_that_stays_away_is_given_up() {
        server.streams(FOLLOWED, log(1, 1, "CONTAINER", "a\\n")).answers(FOLLOWED, 503, "{}");

        Result result = cli.run("logs", "-f", JOB);

        assertThat(result.exitCode()).isEqualTo(69);
        assertThat(result.out()).isEqualTo("a\n");
        assertThat(result.err())
                .startsWith(
                        "trainyard: the connection broke (the server closed it); trying again\nerror: no server answers at "
                                + server.address() + " (the server answered 503).");
    }

    @Test
    void a_job_that_nobody_knows_is_not_waited_for() {
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
