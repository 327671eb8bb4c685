package dev.trainyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import java.util.StringJoiner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListingsTest {

    private static final String A = "0199f3a2-7b3c-7000-8000-00000000000a";
    private static final String B = "0199f3a2-7b3d-7000-8000-00000000000b";

    private final FakeServer server = new FakeServer();
    private final Cli cli = Cli.with(server);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void jobs_are_a_table_with_short_ids_local_times_and_the_reason() {
        server.answers("GET /jobs?limit=50", 200, """
                {"jobs":[
                 {"jobId":"%s","name":"mnist","team":"vision","state":"QUEUED","priority":500,"attempts":0,
                  "waitingBecause":"no free GPU","acceptedAt":"2026-11-24T08:14:00.123Z","endedAt":null},
                 {"jobId":"%s","name":"digits","team":null,"state":"FAILED","priority":50,"attempts":2,"lastCause":"PROGRAM_ERROR",
                  "reason":"PROGRAM_ERROR: exit code 3","acceptedAt":"2026-11-23T07:00:00Z","endedAt":"2026-11-23T07:00:09Z"}]}""".formatted(B, A));

        Result result = cli.run("jobs");

        assertThat(result.out()).isEqualTo("""
                JOB            NAME    TEAM    STATE   PRIORITY  ATTEMPTS  ACCEPTED          ENDED             REASON
                0199f3a2-7b3d  mnist   vision  QUEUED       500         0  08:14:00                            no free GPU
                0199f3a2-7b3c  digits          FAILED        50         2  2026-11-23 07:00  2026-11-23 07:00  PROGRAM_ERROR: exit code 3
                """);
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void jobs_can_be_asked_for_by_state_and_team() {
        server.answers("GET /jobs?state=RUNNING&team=a+%26+b&limit=3", 200, "{\"jobs\":[]}");

        Result result = cli.run("jobs", "--state", "running", "--team", "a & b", "--limit", "3");

        assertThat(result).isEqualTo(new Result(0, "", "trainyard: no jobs like that\n"));
    }

    @Test
    void json_is_the_servers_answer_as_it_came() {
        String answer = "{\"jobs\": [ {\"jobId\":1.50} ] }";
        server.answers("GET /jobs?limit=50", 200, answer);

        assertThat(cli.run("jobs", "--json").out()).isEqualTo(answer + "\n");
    }

    @Test
    void workers_gpus_and_the_queue_have_the_columns_that_the_server_has() {
        server.answers("GET /gpus", 200, """
                {"gpus":[{"device":"GPU-1","memoryBytes":85899345920,"offered":true,"jobId":"%s","reservedAt":"2026-11-24T08:00:00Z"},
                         {"device":"GPU-2","memoryBytes":null,"offered":false,"jobId":null,"reservedAt":null}]}""".formatted(A));
        server.answers("GET /workers", 200, "{\"workers\":[]}");
        server.answers("GET /queue", 200, "{\"queue\":[{\"place\":1,\"waitingBecause\":\"held\\nback\"}]}");

        assertThat(cli.run("gpus").out()).isEqualTo("""
                DEVICE  MEMORY    OFFERED  JOB ID         RESERVED
                GPU-1   80.0 GiB  true     0199f3a2-7b3c  08:00:00
                GPU-2             false
                """);
        assertThat(cli.run("workers").err()).isEqualTo("trainyard: no workers\n");
        assertThat(cli.run("queue").out()).isEqualTo("""
                PLACE  WAITING BECAUSE
                    1  held back
                """);
    }

    @Test
    void show_tells_of_the_job_and_each_attempt() {
        server.answers("GET /jobs/" + A, 200, """
                {"jobId":"%s","name":"digits","team":"vision","submittedBy":"ada","state":"RUNNING","priority":500,"attempts":1,
                 "acceptedAt":"2026-11-24T08:00:00Z","attempt":{"number":1}}""".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, """
                {"attempts":[{"number":1,"state":"RUNNING","cause":null,"exitCode":null,"worker":"gpu-1","devices":["GPU-a","GPU-b"],
                  "containerName":"ty-digits-1-0000000a","argv":["python","main.py"],"outputsLocation":"file://gpu-1/out",
                  "startedAt":"2026-11-24T08:01:00Z"}]}""");

        assertThat(cli.run("show", A).out()).isEqualTo("""
                job        %s
                name       digits
                team       vision
                by         ada
                state      RUNNING
                priority   500
                accepted   08:00:00

                ATTEMPT  STATE    CAUSE  EXIT CODE  WORKER  DEVICES      STARTED   EXITED  DETAIL
                      1  RUNNING                    gpu-1   GPU-a,GPU-b  08:01:00

                container  ty-digits-1-0000000a
                program    python main.py
                outputs    file://gpu-1/out
                """.formatted(A));
    }

    @Test
    void of_many_jobs_that_begin_alike_some_are_listed_a_line_each() {
        StringJoiner jobs = new StringJoiner(",", "{\"jobs\":[", "]}");
        for (int i = 10; i < 24; i++) {
            jobs.add("{\"jobId\":\"0199f3a2-7b3c-7000-8000-0000000000%d\",\"name\":\"n\",\"state\":\"QUEUED\"}"
                    .formatted(i));
        }
        server.answers("GET /jobs?limit=200", 200, jobs.toString());

        assertThat(cli.run("why", "0199").err().lines().toList())
                .hasSize(12)
                .startsWith("error: 14 jobs begin or end with 0199. Give more characters, newest first:")
                .contains("  0199f3a2-7b3c-7000-8000-000000000010  QUEUED n")
                .endsWith("  and 4 more");
    }

    @Test
    void show_tells_of_a_hold_that_is_still_to_come() {
        server.answers(
                "GET /jobs/" + A,
                200,
                "{\"jobId\":\"%s\",\"state\":\"RUNNING\",\"holdRequested\":\"ada: new data\"}".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[]}");

        assertThat(cli.run("show", A).out())
                .endsWith("hold       asked for while it runs: held when it would be queued again (ada: new data)\n");
    }

    @Test
    void of_what_was_rejected_nothing_is_told_that_is_not_known() {
        String rejected =
                "{\"jobId\":\"%s\",\"name\":null,\"state\":\"REJECTED\",\"reason\":\"$.run: is missing\",\"priority\":null,\"attempts\":0,\"acceptedAt\":null,\"endedAt\":\"2026-11-24T08:00:00Z\"}"
                        .formatted(A);
        server.answers("GET /jobs?state=REJECTED&limit=50", 200, "{\"jobs\":[" + rejected + "]}");
        server.answers("GET /jobs/" + A, 200, rejected);
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[]}");

        assertThat(cli.run("jobs", "--state", "REJECTED").out()).isEqualTo("""
                JOB            NAME  TEAM  STATE     PRIORITY  ATTEMPTS  ACCEPTED  ENDED     REASON
                0199f3a2-7b3c              REJECTED                                08:00:00  $.run: is missing
                """);
        assertThat(cli.run("show", A).out()).isEqualTo("""
                job        %s
                state      REJECTED ($.run: is missing)
                rejected   08:00:00
                """.formatted(A));
    }

    @Test
    void show_as_json_has_all_attempts() {
        server.answers("GET /jobs/" + A, 200, "{\"jobId\":\"%s\",\"attempts\":2}".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[{\"number\":1},{\"number\":2}]}");

        assertThat(cli.run("show", A, "--json").out())
                .isEqualTo("{\"jobId\":\"%s\",\"attempts\":2,\"allAttempts\":[{\"number\":1},{\"number\":2}]}\n"
                        .formatted(A));
    }

    @Test
    void what_no_container_wrote_has_no_place() {
        server.answers("GET /jobs/" + A, 200, "{\"jobId\":\"%s\",\"state\":\"FAILED\"}".formatted(A));
        server.answers(
                "GET /jobs/" + A + "/attempts",
                200,
                "{\"attempts\":[{\"number\":1,\"startedAt\":null,\"outputsLocation\":\"file://gpu-1/out\"}]}");
        server.answers("GET /jobs/" + A + "/outputs", 200, "{\"attempt\":1,\"location\":null,\"files\":[]}");

        assertThat(cli.run("show", A).out()).doesNotContain("gpu-1/out");
        assertThat(cli.run("outputs", A))
                .isEqualTo(new Result(
                        0, "", "trainyard: attempt 1 has started no container, so that there are no outputs\n"));
    }

    @Test
    void a_long_reason_is_cut_to_one_line() {
        server.answers("GET /jobs?limit=50", 200, """
                {"jobs":[{"jobId":"%s","state":"FAILED","reason":"IMAGE_BUILD_FAILED: %s"}]}""".formatted(A, "line\\n".repeat(200)));

        assertThat(cli.run("jobs").out().lines().toList().getLast())
                .hasSizeLessThan(200)
                .contains("IMAGE_BUILD_FAILED: line line")
                .endsWith("…");
    }

    @Test
    void outputs_tell_the_place_and_the_files() {
        server.answers("GET /jobs/" + A + "/outputs?attempt=2", 200, """
                {"location":"file://gpu-1/out","state":"COLLECTED","files":[
                 {"path":"checkpoints/last.npz","kind":"CHECKPOINT","size":1500000,"sha256":"0123456789abcdef","modifiedAt":"2026-11-24T08:01:00Z"}]}""");

        assertThat(cli.run("outputs", A, "--attempt", "2").out()).isEqualTo("""
                file://gpu-1/out (COLLECTED)

                FILE                  KIND        SIZE     MODIFIED  SHA-256
                checkpoints/last.npz  CHECKPOINT  1.4 MiB  08:01:00  0123456789ab
                """);
    }

    @Test
    void why_is_a_sentence() {
        server.answers("GET /jobs/" + A + "/why", 200, "{\"state\":\"QUEUED\",\"text\":\"No host has 8 GPUs.\"}");

        assertThat(cli.run("why", A).out()).isEqualTo("QUEUED: No host has 8 GPUs.\n");
        server.answers(
                "GET /jobs/" + B + "/why",
                200,
                "{\"state\":\"CANCELLED\",\"text\":\"It was cancelled at 2026-11-24T08:14:09.123456Z by ann.\"}");
        assertThat(cli.run("why", B).out()).isEqualTo("CANCELLED: It was cancelled at 08:14:09 by ann.\n");
    }

    @Test
    void info_is_name_and_value() {
        server.answers("GET /info", 200, "{\"kafka\":\"127.0.0.1:9092\",\"version\":\"0.1.0\"}");

        assertThat(cli.run("info").out()).isEqualTo("""
                kafka    127.0.0.1:9092
                version  0.1.0
                """);
    }

    @Test
    void a_unique_beginning_or_end_names_a_job() {
        server.answers(
                "GET /jobs?limit=200",
                200,
                "{\"jobs\":[{\"jobId\":\"%s\",\"name\":\"digits\",\"state\":\"FAILED\"},{\"jobId\":\"%s\"}]}"
                        .formatted(A, B));
        server.answers("GET /jobs/" + B + "/why", 200, "{\"state\":\"RUNNING\",\"text\":\"It runs.\"}");

        assertThat(cli.run("why", "0199F3A2-7B3D").out()).isEqualTo("RUNNING: It runs.\n");
        assertThat(cli.run("why", "0199f3a2"))
                .isEqualTo(new Result(
                        64,
                        "",
                        "error: 2 jobs begin or end with 0199f3a2. Give more characters, newest first:\n  %s  FAILED digits\n  %s\n"
                                .formatted(A, B)));
        assertThat(cli.run("why", "0199f3a3").err())
                .startsWith("error: none of the newest 200 jobs has an id that begins or ends with 0199f3a3.");
        assertThat(cli.run("why", "00000000000b").out()).isEqualTo("RUNNING: It runs.\n");
        assertThat(cli.run("why", "019").err()).startsWith("error: '019' is no job id.");
        assertThat(cli.run("why", "../info").err()).startsWith("error: '../info' is no job id.");
    }
}
