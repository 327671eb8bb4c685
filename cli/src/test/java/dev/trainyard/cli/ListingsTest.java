package dev.trainyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import java.util.List;
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
                 {"jobId":"%s","name":"mnist","team":"vision","submittedBy":"ada","labels":{"data":"a"},"state":"QUEUED","priority":500,
                  "attempts":0,"waitingBecause":"no free GPU","acceptedAt":"2026-11-24T08:14:00.123Z","endedAt":null},
                 {"jobId":"%s","name":"digits","team":null,"submittedBy":"bob","labels":{},"state":"FAILED","priority":50,"attempts":2,
                  "lastCause":"PROGRAM_ERROR","reason":"PROGRAM_ERROR: exit code 3","acceptedAt":"2026-11-23T07:00:00Z",
                  "endedAt":"2026-11-23T08:01:09Z","attempt":{"cause":"PROGRAM_ERROR","exitCode":3,"host":"gpu-1",
                  "startedAt":"2026-11-23T07:00:02Z","exitedAt":"2026-11-23T08:01:04Z"}}],"next":null}""".formatted(B, A));

        Result result = cli.run("jobs");

        assertThat(result).isEqualTo(new Result(0, """
                JOB            NAME    STATE   CAUSE          EXIT  BY   HOST   AGE    RUN TIME  REASON
                0199f3a2-7b3d  mnist   QUEUED                       ada         1m29s            no free GPU
                0199f3a2-7b3c  digits  FAILED  PROGRAM_ERROR     3  bob  gpu-1  1d01h  1h01m     exit code 3
                """, ""));
        assertThat(cli.run("jobs", "--wide").out())
                .startsWith("JOB  ")
                .contains(A, B, "TEAM", "vision", "data=a", "ATTEMPTS");
    }

    @Test
    void jobs_can_be_filtered_by_state_and_team() {
        server.answers("GET /jobs?state=RUNNING&team=a+%26+b&limit=3", 200, "{\"jobs\":[]}");
        server.answers(
                "GET /jobs?state=RUNNING%2CHELD&name=q9&by=ada&label=k%3Da%2Cb&label=n&since=2026-11-24T06%3A15%3A30Z&limit=50&after=abc",
                200, "{\"jobs\":[{\"jobId\":\"%s\",\"state\":\"HELD\"}],\"next\":\"xyz\"}".formatted(A));

        Result result = cli.run("jobs", "--state", "running", "--team", "a & b", "--limit", "3");

        assertThat(result).isEqualTo(new Result(0, "", "trainyard: no jobs match\n"));
        Result more = cli.run(
                "jobs", "--state", "running", "--state", "held", "--name", "q9", "--mine", "--label", "k=a,b",
                "--label", "n", "--since", "2h", "--after", "abc");
        assertThat(more.out()).contains(A.substring(0, 13));
        assertThat(more.err())
                .isEqualTo(
                        "trainyard: 1 jobs are shown, and there are more. For the next page: the same command with --after xyz. For a larger page: --limit N\n");
        assertThat(cli.run("jobs", "--since", "soon").err()).startsWith("error: --since: 'soon' is neither an age");
        assertThat(cli.run("jobs", "--mine", "--by", "bob").exitCode()).isEqualTo(64);
    }

    @Test
    void json_prints_the_servers_answer_unchanged() {
        String answer = "{\"jobs\": [ {\"jobId\":1.50} ] }";
        server.answers("GET /jobs?limit=50", 200, answer);

        assertThat(cli.run("jobs", "--json").out()).isEqualTo(answer + "\n");
    }

    @Test
    void workers_gpus_and_queue_show_the_servers_columns() {
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
    void show_prints_the_job_and_each_attempt() {
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
    void an_ambiguous_id_lists_some_of_the_matching_jobs() {
        StringJoiner jobs = new StringJoiner(",", "{\"jobs\":[", "],\"next\":\"x\"}");
        for (int i = 10; i < 20; i++) {
            jobs.add("{\"jobId\":\"0199f3a2-7b3c-7000-8000-0000000000%d\",\"name\":\"n\",\"state\":\"QUEUED\"}"
                    .formatted(i));
        }
        server.answers(search("name", "0199"), 200, "{\"jobs\":[],\"next\":null}");
        server.answers(search("id", "0199"), 200, jobs.toString());

        assertThat(cli.run("why", "0199").err().lines().toList())
                .hasSize(12)
                .startsWith(
                        "error: the ids of more than 10 jobs start or end with 0199. Give more characters. Newest first:")
                .contains("  0199f3a2-7b3c-7000-8000-000000000010  QUEUED n")
                .endsWith("  …");
    }

    @Test
    void show_prints_that_an_attempt_rests() {
        server.answers("GET /jobs/" + A, 200, """
                {"jobId":"%s","name":"digits","state":"RUNNING","attempts":1}""".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, """
                {"attempts":[{"number":1,"state":"RESERVED","worker":"gpu-1","workerDeaths":2,"restsUntil":"2026-11-24T08:01:00Z"}]}""");

        assertThat(cli.run("show", A).out())
                .endsWith(
                        "rests      until 08:01:00, since the process of its worker ended 2 times in a row while it worked for this attempt\n");
    }

    @Test
    void show_prints_a_hold_that_has_not_taken_effect() {
        server.answers(
                "GET /jobs/" + A,
                200,
                "{\"jobId\":\"%s\",\"state\":\"RUNNING\",\"holdRequested\":\"ada: new data\"}".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[]}");

        assertThat(cli.run("show", A).out())
                .endsWith(
                        "hold       requested while the job runs. It will be held when it would be queued again (ada: new data)\n");
    }

    @Test
    void show_of_a_rejected_job_prints_only_known_fields() {
        String rejected =
                "{\"jobId\":\"%s\",\"name\":null,\"state\":\"REJECTED\",\"reason\":\"$.run: is missing\",\"priority\":null,\"attempts\":0,\"acceptedAt\":null,\"endedAt\":\"2026-11-24T08:00:00Z\"}"
                        .formatted(A);
        server.answers("GET /jobs?state=REJECTED&limit=50", 200, "{\"jobs\":[" + rejected + "]}");
        server.answers("GET /jobs/" + A, 200, rejected);
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[]}");

        assertThat(cli.run("jobs", "--state", "REJECTED").out()).isEqualTo("""
                JOB            NAME  STATE     CAUSE  EXIT  BY  HOST  AGE  RUN TIME  REASON
                0199f3a2-7b3c        REJECTED                                        $.run: is missing
                """);
        assertThat(cli.run("show", A).out()).isEqualTo("""
                job        %s
                state      REJECTED ($.run: is missing)
                rejected   08:00:00
                """.formatted(A));
    }

    @Test
    void show_prints_the_jobs_request() {
        server.answers("GET /jobs/" + A, 200, "{\"jobId\":\"%s\",\"state\":\"QUEUED\"}".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[],\"next\":null}");
        server.answers("GET /jobs/" + A + "/request", 200, """
                {"request":{"labels":{"data":"a","x":"y"},"gpus":{"count":2,"minMemory":85899345920},"timeLimit":"PT8H",
                  "retry":{"maxAttempts":3,"backoff":"PT10S","rules":[{"onExitCode":[75],"action":"RETRY"},{"onCause":["TIME_LIMIT"],"action":"FAIL"}]},
                  "image":{"reference":"vision/resnet:1"},"run":{"mounts":[{"source":"/data","target":"/data","readOnly":true}],
                  "outputs":{"target":"/outputs","location":"/logs/r"},"ports":[{"host":8080,"container":80,"protocol":"tcp"}],
                  "shmSize":8589934592,"environment":{"API_TOKEN":null,"SEED":"1"}}},
                 "draft":"resnet18@3","params":{"lr":0.1,"epochs":"3"},"defaults":["epochs"]}""");

        assertThat(cli.run("show", A).out()).isEqualTo("""
                job        %s
                state      QUEUED
                labels     data=a, x=y
                model      resnet18@3
                parameters lr=0.1, epochs=3 (default)
                gpus       2, at least 80.0 GiB
                time limit 8h00m
                retries    3 attempts, backoff 10s; retried on 75; failed on TIME_LIMIT
                image      vision/resnet:1
                mount      /data:/data:ro
                outputs at /logs/r:/outputs
                ports      8080:80/tcp
                shm size   8.0 GiB
                variables  API_TOKEN (hidden), SEED=1
                """.formatted(A));
        assertThat(cli.run("show", A, "--json").out())
                .contains("\"asked\":{\"request\":{\"labels\"")
                .endsWith("}}\n");
    }

    @Test
    void show_says_who_may_see_hidden_values() {
        server.answers("GET /jobs/" + A, 200, "{\"jobId\":\"%s\",\"state\":\"QUEUED\"}".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[],\"next\":null}");
        String asked = "{\"request\":{\"run\":{\"environment\":{\"TOKEN\":null}}%s},\"account\":%s}";
        server.answers("GET /jobs/" + A + "/request", 200, asked.formatted(",\"masked\":true", "\"ann\""));
        server.answers("GET /jobs/" + A + "/request", 200, asked.formatted(",\"masked\":true", "null"));
        server.answers("GET /jobs/" + A + "/request", 200, asked.formatted("", "\"ann\""));

        assertThat(cli.run("show", A).out())
                .contains("variables  TOKEN (hidden)\n")
                .endsWith(
                        "values     hidden; trainyard show shows them to ann and root, on the machine of trainyard up\n");
        assertThat(cli.run("show", A).out())
                .endsWith("values     hidden; trainyard show shows them to root, on the machine of trainyard up\n");
        assertThat(cli.run("show", A).out()).doesNotContain("values");
    }

    @Test
    void show_as_json_has_all_attempts() {
        server.answers("GET /jobs/" + A, 200, "{\"jobId\":\"%s\",\"attempts\":2}".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[{\"number\":1}],\"next\":\"MQ\"}");
        server.answers("GET /jobs/" + A + "/attempts?after=MQ", 200, "{\"attempts\":[{\"number\":2}],\"next\":null}");

        assertThat(cli.run("show", A, "--json").out())
                .isEqualTo("{\"jobId\":\"%s\",\"attempts\":2,\"allAttempts\":[{\"number\":1},{\"number\":2}]}\n"
                        .formatted(A));
    }

    @Test
    void a_job_without_a_container_has_no_outputs_folder() {
        server.answers("GET /jobs/" + A, 200, "{\"jobId\":\"%s\",\"state\":\"FAILED\"}".formatted(A));
        server.answers(
                "GET /jobs/" + A + "/attempts",
                200,
                "{\"attempts\":[{\"number\":1,\"startedAt\":null,\"outputsLocation\":\"file://gpu-1/out\"}]}");
        server.answers("GET /jobs/" + A + "/outputs?limit=1000", 200, "{\"attempt\":1,\"location\":null,\"files\":[]}");

        assertThat(cli.run("show", A).out()).doesNotContain("gpu-1/out");
        assertThat(cli.run("outputs", A))
                .isEqualTo(
                        new Result(0, "", "trainyard: attempt 1 has not started a container, so it has no outputs\n"));
    }

    @Test
    void a_long_reason_is_one_complete_line_without_a_terminal() {
        server.answers("GET /jobs?limit=50", 200, """
                {"jobs":[{"jobId":"%s","state":"FAILED","reason":"IMAGE_BUILD_FAILED: %s"}]}""".formatted(A, "line\\n".repeat(200)));
        server.answers(
                "GET /queue",
                200,
                "{\"queue\":[{\"place\":1,\"waitingBecause\":\"%s\"}]}".formatted("word ".repeat(50) + "end"));

        assertThat(cli.run("jobs").out().lines().toList().getLast())
                .endsWith("IMAGE_BUILD_FAILED: " + "line ".repeat(199) + "line");
        assertThat(cli.run("queue").out()).endsWith("word end\n").doesNotContain("…");
    }

    @Test
    void values_from_people_cannot_break_lines_or_reverse_text() {
        String forged = "x\\nstate FAILED (forged)\\u001b[2J\\u202e\\u2028";
        String shown = "x\\nstate FAILED (forged)\\x1b[2J\\u202e\\u2028";
        server.answers("GET /jobs/" + A, 200, """
                {"jobId":"%1$s","name":"%2$s","team":"%2$s","submittedBy":"%2$s","state":"HELD","reason":"%2$s","holdRequested":"%2$s"}""".formatted(A, forged));
        server.answers("GET /jobs/" + A + "/attempts", 200, """
                {"attempts":[{"number":1,"startedAt":"2026-11-24T08:01:00Z","detail":"%1$s","worker":"%1$s","argv":["%1$s"],"outputsLocation":"%1$s"}]}""".formatted(forged));
        server.answers("GET /jobs/" + A + "/request", 200, """
                {"request":{"labels":{"%1$s":"%1$s"},"run":{"user":"%1$s","tmpfs":["%1$s"]}}}""".formatted(forged));
        server.answers("GET /jobs/" + A + "/why", 200, "{\"state\":\"HELD\",\"text\":\"%s\"}".formatted(forged));
        server.answers("GET /jobs?limit=50", 200, """
                {"jobs":[{"jobId":"%1$s","name":"%2$s","state":"HELD","submittedBy":"%2$s","reason":"%2$s"}]}""".formatted(A, forged));
        server.answers("GET /jobs/" + A + "/outputs?limit=1000", 200, """
                {"location":"%1$s","state":"COMPLETE","files":[{"path":"%1$s"}]}""".formatted(forged));

        String show = cli.run("show", A).out();

        assertThat(show)
                .contains("name       " + shown, "team       " + shown, "by         " + shown, "user       " + shown)
                .contains("labels     " + shown + "=" + shown, "tmpfs      " + shown);
        assertThat(List.of(
                        show,
                        cli.run("why", A).out(),
                        cli.run("jobs").out(),
                        cli.run("outputs", A).out()))
                .allSatisfy(out -> assertThat(out.lines())
                        .noneMatch(line -> line.startsWith("state FAILED"))
                        .noneMatch(line -> line.matches(".*[\\x1b\u202e\u2028].*")));
    }

    @Test
    void show_prints_all_fields_of_a_request_including_unknown_ones() {
        server.answers("GET /jobs/" + A, 200, "{\"jobId\":\"%s\",\"state\":\"QUEUED\"}".formatted(A));
        server.answers("GET /jobs/" + A + "/attempts", 200, "{\"attempts\":[],\"next\":null}");
        server.answers("GET /jobs/" + A + "/request", 200, """
                {"request":{"image":{"reference":"x","pull":"always"},"gracePeriod":"PT1M","run":{"entrypoint":[],"command":["sh","-c","echo a"],
                  "mounts":[{"source":"/d","target":"/d","propagation":"rslave"},{"source":"/home/ann/e","target":"/e","inPlace":true}],"ulimits":[{"name":"nofile","soft":1,"hard":2}],
                  "memorySwap":-1,"sysctls":{"net.core.somaxconn":"5"},"readOnly":true,"anonymousVolumes":["/a","/b"],"later":[{"a":1,"b":"c"}]}}}""");

        assertThat(cli.run("show", A).out()).isEqualTo("""
                job        %s
                state      QUEUED
                image      x
                pull       always
                command    sh -c 'echo a'
                mount      /d:/d:rslave
                mount      /home/ann/e:/e  in place, on the submitter's machine
                with swap  without a limit
                ulimits    nofile=1:2
                sysctls    net.core.somaxconn=5
                read only  true
                anonymous volumes /a, /b
                later      a=1 b=c
                grace      1m00s
                """.formatted(A));
    }

    @Test
    void outputs_prints_the_folder_and_its_files() {
        server.answers("GET /jobs/" + A + "/outputs?attempt=2&limit=1000", 200, """
                {"location":"file://gpu-1/out","state":"COLLECTED","total":12000,"next":"abc","files":[
                 {"path":"checkpoints/last.npz","kind":"CHECKPOINT","size":1500000,"sha256":"0123456789abcdef","modifiedAt":"2026-11-24T08:01:00Z"}]}""");

        Result result = cli.run("outputs", A, "--attempt", "2");

        assertThat(result.err())
                .isEqualTo(
                        "trainyard: 1 of 12000 files are shown, and there are more. For the next page: the same command with --after abc. For a larger page: --limit N\n");
        assertThat(result.out()).isEqualTo("""
                file://gpu-1/out (COLLECTED)

                FILE                  KIND        SIZE     MODIFIED  SHA-256
                checkpoints/last.npz  CHECKPOINT  1.4 MiB  08:01:00  0123456789ab
                """);
    }

    @Test
    void outputs_says_if_files_were_overwritten_or_the_list_is_incomplete() {
        server.answers("GET /jobs/" + A + "/outputs?limit=1000", 200, """
                {"attempt":1,"location":"file://gpu-1/out","state":"SUPERSEDED","attemptState":"ENDED","files":[],
                 "supersededBy":{"jobId":"%s","attempt":2}}""".formatted(B));
        Result superseded = cli.run("outputs", A);
        assertThat(superseded.out()).isEqualTo("file://gpu-1/out (SUPERSEDED)\n");
        assertThat(superseded.err())
                .contains("attempt 2 of job " + B + " has overwritten or removed some of these files");

        server.answers("GET /jobs/" + B + "/outputs?limit=1000", 200, """
                {"attempt":1,"location":"file://gpu-1/out","state":null,"attemptState":"RUNNING","files":[],
                 "seenAt":"2026-11-24T08:01:00Z","supersededBy":null}""");
        assertThat(cli.run("outputs", B).err())
                .isEqualTo("trainyard: attempt 1 has not ended. These are its files at 08:01:00, without digests\n");

        server.answers("GET /jobs/" + A + "/outputs?attempt=2&limit=1000", 200, """
                {"attempt":2,"location":"file://gpu-1/out","state":"INCOMPLETE","attemptState":"ENDED","files":[],
                 "missing":"more than 100000 files"}""");
        assertThat(cli.run("outputs", A, "--attempt", "2").err())
                .isEqualTo("trainyard: the list is incomplete: more than 100000 files\n");

        server.answers("GET /jobs/" + B + "/outputs?attempt=3&limit=1000", 200, """
                {"attempt":1,"location":"file://gpu-1/out","state":null,"attemptState":"RUNNING","files":[],"seenAt":null}""");
        assertThat(cli.run("outputs", B, "--attempt", "3").err()).contains("its files have not been listed yet");
    }

    @Test
    void why_prints_a_sentence() {
        server.answers("GET /jobs/" + A + "/why", 200, "{\"state\":\"QUEUED\",\"text\":\"No host has 8 GPUs.\"}");

        assertThat(cli.run("why", A).out()).isEqualTo("QUEUED: No host has 8 GPUs.\n");
        server.answers(
                "GET /jobs/" + B + "/why",
                200,
                "{\"state\":\"CANCELLED\",\"text\":\"It was cancelled at 2026-11-24T08:14:09.123456Z by ann.\"}");
        assertThat(cli.run("why", B).out()).isEqualTo("CANCELLED: It was cancelled at 08:14:09 by ann.\n");
    }

    @Test
    void info_prints_names_and_values() {
        server.answers("GET /info", 200, "{\"kafka\":\"127.0.0.1:9092\",\"version\":\"0.1.0\"}");

        assertThat(cli.run("info").out()).isEqualTo("""
                kafka    127.0.0.1:9092
                version  0.1.0
                """);
    }

    private static String search(String parameter, String value) {
        return "GET /jobs?state=PUBLISHED%2CQUEUED%2CHELD%2CRUNNING%2CSUCCEEDED%2CFAILED%2CCANCELLED%2CREJECTED&"
                + parameter + "=" + value + "&limit=10";
    }

    private FakeServer finds(String search, String... jobs) {
        return server.answers(search, 200, "{\"jobs\":[" + String.join(",", jobs) + "],\"next\":null}");
    }

    private static String job(String id, String state) {
        return "{\"jobId\":\"%s\",\"name\":\"q9\",\"state\":\"%s\"}".formatted(id, state);
    }

    @Test
    void a_unique_start_or_end_of_an_id_selects_a_job() {
        for (String part : List.of("0199f3a2-7b3d", "00000000000b", "0199f3a2", "0199f3a3", "7777")) {
            finds(search("name", part));
        }
        finds(search("id", "0199f3a2-7b3d"), job(B, "RUNNING"));
        finds(search("id", "00000000000b"), job(B, "RUNNING"));
        finds(search("id", "0199f3a2"), job(B, "RUNNING"), job(A, "FAILED"));
        finds(search("id", "0199f3a3"));
        finds(search("name", "0199F3A2-7B3D"));
        server.answers("GET /jobs/" + B + "/why", 200, "{\"state\":\"RUNNING\",\"text\":\"It runs.\"}");

        assertThat(cli.run("why", "0199F3A2-7B3D").out()).isEqualTo("RUNNING: It runs.\n");
        assertThat(cli.run("why", "00000000000b")).isEqualTo(new Result(0, "RUNNING: It runs.\n", ""));
        assertThat(cli.run("why", "0199f3a2"))
                .isEqualTo(new Result(
                        64,
                        "",
                        "error: the ids of 2 jobs start or end with 0199f3a2. Give more characters. Newest first:\n  %s  RUNNING q9\n  %s  FAILED q9\n"
                                .formatted(B, A)));
        assertThat(cli.run("why", "0199f3a3"))
                .satisfies(result -> assertThat(result.exitCode()).isEqualTo(66))
                .satisfies(
                        result -> assertThat(result.err())
                                .startsWith(
                                        "error: no job has the name '0199f3a3' or an id that starts or ends with it. trainyard jobs lists"));
        assertThat(cli.run("why", "../info").err()).startsWith("error: no job has the name '../info'");
    }

    @Test
    void a_name_selects_its_newest_job_and_the_command_says_so() {
        finds(search("name", "q9"), job(B, "SUCCEEDED"), job(A, "FAILED"));
        server.answers("GET /jobs/" + B + "/why", 200, "{\"state\":\"SUCCEEDED\",\"text\":\"It succeeded.\"}");

        assertThat(cli.run("why", "q9"))
                .isEqualTo(new Result(
                        0, "SUCCEEDED: It succeeded.\n", "trainyard: q9 is job %s, the newest of 2\n".formatted(B)));
    }

    @Test
    void a_changing_command_selects_the_only_job_of_a_name_that_has_not_ended() {
        String live = "GET /jobs?state=PUBLISHED%2CQUEUED%2CHELD%2CRUNNING&name=q9&limit=10";
        finds(search("name", "q9"), job(B, "SUCCEEDED"), job(A, "RUNNING"));
        finds(live, job(A, "RUNNING"));
        finds(live, job(B, "QUEUED"), job(A, "RUNNING"));
        finds(live);
        server.answers("POST /jobs/" + A + "/cancel", 200, "{\"result\":\"STOPPING\"}");
        server.answers("POST /jobs/" + B + "/cancel", 200, "{\"result\":\"ALREADY_ENDED\"}");

        assertThat(cli.run("cancel", "q9").err())
                .isEqualTo("trainyard: q9 is job %s, the only one of 2 that has not ended\n".formatted(A));
        assertThat(cli.run("cancel", "q9"))
                .isEqualTo(new Result(
                        64,
                        "",
                        "error: 2 jobs with the name q9 have not ended. Give an id. Newest first:\n  %s  QUEUED q9\n  %s  RUNNING q9\n"
                                .formatted(B, A)));
        assertThat(cli.run("cancel", "q9"))
                .isEqualTo(new Result(
                        0,
                        "job %s has already ended\n".formatted(B),
                        "trainyard: q9 is job %s, the newest of 2\n".formatted(B)));
    }
}
