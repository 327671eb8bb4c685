package dev.trainyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionsTest {

    private static final String JOB = "0199f3a2-7b3c-7000-8000-00000000000a";

    private final FakeServer server = new FakeServer();
    private final Cli cli = Cli.with(server);

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "CANCELLED,is cancelled",
        "STOPPING,is being stopped. Its outputs so far are kept",
        "KILLING,is being killed. Its outputs so far are kept",
        "REMEMBERED,'is not known yet. If it arrives, it is cancelled at once'",
        "ALREADY_ENDED,has already ended"
    })
    void cancel_says_what_it_did(String result, String said) {
        server.answers("POST /jobs/" + JOB + "/cancel", 200, "{\"result\":\"%s\"}".formatted(result));

        assertThat(cli.run("cancel", JOB)).isEqualTo(new Result(0, "job %s %s\n".formatted(JOB, said), ""));
    }

    @Test
    void cancel_with_force_asks_to_kill() {
        server.answers("POST /jobs/" + JOB + "/cancel", 200, "{\"result\":\"KILLING\"}");

        cli.run("cancel", "--force", JOB);

        assertThat(server.received().getFirst().body()).isEqualTo("{\"by\":\"ada\",\"force\":true}");
    }

    @Test
    void release_name_names_the_worker_the_image_and_the_team() {
        server.answers("POST /workers/gpu-7/release-name", 200, "{\"name\":\"vision/resnet:2\",\"team\":\"vision\"}");

        assertThat(cli.run("workers", "release-name", "gpu-7", "vision/resnet:2", "--team", "vision"))
                .isEqualTo(new Result(0, "name vision/resnet:2 is released on gpu-7\n", ""));
        cli.run("workers", "release-name", "gpu-7", "vision/resnet:2");

        assertThat(server.received().stream().map(FakeServer.Received::body))
                .containsExactly(
                        "{\"name\":\"vision/resnet:2\",\"team\":\"vision\"}", "{\"name\":\"vision/resnet:2\"}");
    }

    @Test
    void hold_and_release_carry_the_reason_and_the_person() {
        server.answers("POST /jobs/" + JOB + "/hold", 200, "{\"result\":\"DONE\"}");
        server.answers("POST /jobs/" + JOB + "/release", 200, "{\"result\":\"DONE\"}");

        assertThat(cli.run("hold", JOB, "--reason", "new data").out()).endsWith(" is held\n");
        assertThat(cli.run("release", JOB).out()).endsWith(" is released\n");

        assertThat(server.received().stream().map(FakeServer.Received::body))
                .containsExactly("{\"by\":\"ada\",\"reason\":\"new data\"}", "{\"by\":\"ada\"}");
    }

    @Test
    void a_hold_of_a_running_job_says_that_it_takes_effect_later() {
        server.answers("POST /jobs/" + JOB + "/hold", 200, "{\"result\":\"REMEMBERED\"}");

        assertThat(cli.run("hold", JOB))
                .isEqualTo(new Result(
                        0,
                        "job %s is running and continues. It will be held when it would be queued again\n"
                                .formatted(JOB),
                        ""));
    }

    @Test
    void a_priority_is_a_number() {
        server.answers("POST /jobs/" + JOB + "/priority", 200, "{\"result\":\"DONE\"}");

        assertThat(cli.run("prioritise", JOB, "900").out()).endsWith(" has priority 900\n");

        assertThat(server.received().getFirst().body()).isEqualTo("{\"priority\":900}");
    }

    @Test
    void a_job_that_has_ended_cannot_be_held() {
        server.answers("POST /jobs/" + JOB + "/hold", 200, "{\"result\":\"ALREADY_ENDED\"}");

        assertThat(cli.run("hold", JOB))
                .isEqualTo(
                        new Result(64, "", "error: job %s has already ended. Nothing has changed.\n".formatted(JOB)));
    }
}
