package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.trainyard.worker.output.EventFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of jobs, each through Kafka, Postgres and the real engine. */
class JobsTest {

    @TempDir
    private static Path directory;

    private static Yard yard;

    @BeforeAll
    static void start() {
        yard = new Yard(directory, "slots:2");
    }

    @AfterAll
    static void stop() {
        yard.close();
    }

    @Test
    void a_job_succeeds_and_leaves_its_row_its_log_and_its_outputs() throws Exception {
        UUID job = yard.submit(
                "echo hello; echo result > /outputs/model.pt; mkdir /outputs/d; echo x > /outputs/d/x.txt", "");

        yard.awaitJob(job, "SUCCEEDED");

        Map<String, Object> attempt = yard.attempts(job).getFirst();
        assertThat(attempt).containsEntry("cause", "COMPLETED").containsEntry("exit_code", 0);
        assertThat(yard.log(job)).isEqualTo("hello\n");
        assertThat(yard.select("select path, kind from history.outputs where job_id = ? order by path", job))
                .extracting(row -> row.get("path") + " " + row.get("kind"))
                .containsExactly("d/x.txt OTHER", "model.pt CHECKPOINT", "trainyard.log LOG");
        Path outputs =
                Path.of(URI.create((String) attempt.get("outputs_location")).getPath());
        assertThat(outputs.resolve("model.pt")).hasContent("result\n");
        assertThat(outputs.resolve("trainyard.log")).content().contains("hello");
        assertThat(yard.select("select argv::text from history.attempts where job_id = ?", job)
                        .toString())
                .contains("sh", "-c");
    }

    @Test
    void all_events_of_a_job_are_on_the_topic_in_order() {
        UUID job = yard.submit("exit 3", ",\"retry\":{\"maxAttempts\":2,\"backoff\":\"1s\"}");
        yard.awaitJob(job, "FAILED");
        List<String> happened = yard
                .select(
                        "select job_id || '/' || seq || ' ' || type || ' ' || data as event from history.events where job_id = ? order by seq",
                        job)
                .stream()
                .map(row -> (String) row.get("event"))
                .toList();

        await().atMost(Yard.SOON)
                .untilAsserted(
                        () -> assertThat(EventsTest.onTopic(yard.standalone().kafka(), job.toString()))
                                .hasSameSizeAs(happened));

        List<JsonNode> told = EventsTest.onTopic(yard.standalone().kafka(), job.toString()).stream()
                .map(record -> JsonMapper.shared().readTree(record.value()))
                .toList();
        assertThat(happened).hasSizeGreaterThan(15);
        for (int i = 0; i < told.size(); i++) {
            JsonNode event = told.get(i);
            String[] words = happened.get(i).split(" ", 3);
            assertThat(event.at("/id").asString()).isEqualTo(words[0]);
            assertThat(event.at("/type").asString()).isEqualTo(words[1]);
            JsonMapper.shared()
                    .readTree(words[2])
                    .properties()
                    .forEach(said -> assertThat(event.at("/data").get(said.getKey()))
                            .as(said.getKey())
                            .isEqualTo(said.getValue()));
        }
        assertThat(told)
                .filteredOn(event -> event.at("/type").asString().equals("attempt.ended"))
                .extracting(event -> event.at("/data/attemptNumber").asInt() + " "
                        + event.at("/data/cause").asString() + " "
                        + event.at("/data/jobName").asString())
                .containsExactly("1 PROGRAM_ERROR test", "2 PROGRAM_ERROR test");
    }

    @Test
    void in_a_shared_location_an_attempt_lists_its_own_files_and_keeps_the_logs_of_others() {
        Path place = directory.resolve("named-place");
        UUID first = inPlace(place, "echo first > /outputs/first.pt");
        yard.awaitJob(first, "SUCCEEDED");
        UUID second = inPlace(place, "echo second > /outputs/second.pt");
        yard.awaitJob(second, "SUCCEEDED");

        assertThat(yard.select("select path from history.outputs where job_id = ? and kind <> 'LOG'", second))
                .extracting(row -> row.get("path"))
                .containsExactly("second.pt");
        assertThat(place.toFile().list())
                .filteredOn(name -> name.endsWith(".log"))
                .hasSize(2);
    }

    @Test
    void a_job_that_writes_over_the_files_of_another_supersedes_its_manifest() {
        Path place = directory.resolve("reused-place");
        UUID first = inPlace(place, "echo first > /outputs/model.pt");
        yard.awaitJob(first, "SUCCEEDED");
        UUID second = inPlace(place, "echo second > /outputs/model.pt");
        yard.awaitJob(second, "SUCCEEDED");

        assertThat(yard.select("""
                select outputs_state, superseded_by_job from history.output_places where job_id in (?, ?)
                order by outputs_state""", first, second))
                .extracting(row -> row.get("outputs_state") + " " + row.get("superseded_by_job"))
                .containsExactly("COMPLETE null", "SUPERSEDED " + second);
    }

    @Test
    void a_place_that_another_job_writes_to_under_another_name_is_not_given_to_a_second() throws IOException {
        Path place = Files.createDirectory(directory.resolve("written-place"));
        Path link = Files.createSymbolicLink(directory.resolve("link-to-written"), place);
        UUID first = inPlace(place, "until [ -e /outputs/go ]; do sleep 0.1; done");
        yard.awaitAttempt(first, "RUNNING");

        UUID second = inPlace(link, "echo second > /outputs/model.pt");
        yard.awaitJob(second, "FAILED");
        Files.createFile(place.resolve("go"));
        yard.awaitJob(first, "SUCCEEDED");

        assertThat(place.resolve("model.pt")).doesNotExist();
        assertThat((String) yard.attempts(second).getFirst().get("detail"))
                .contains("job %s, attempt 1, writes its outputs to %s now".formatted(first, place));
    }

    @Test
    void files_and_curves_of_a_running_job_are_seen() throws IOException {
        UUID job = yard.submit("echo x > /outputs/model.pt; until [ -e /outputs/go ]; do sleep 0.1; done", "");
        yard.awaitAttempt(job, "RUNNING");
        Path outputs = Path.of(URI.create((String) yard.attempts(job).getFirst().get("outputs_location"))
                .getPath());
        byte[] events =
                new EventFile().simple("loss", 1, 1, 1).simple("loss", 2, 1, 2).bytes();
        // The last record is being written.
        Files.write(outputs.resolve("events.out.tfevents.1"), Arrays.copyOf(events, events.length - 3));

        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(yard.select(
                                "select path from history.outputs where job_id = ? and sha256 is null", job))
                        .extracting(row -> row.get("path"))
                        .contains("model.pt"));
        Files.write(outputs.resolve("events.out.tfevents.1"), events);
        Files.createFile(outputs.resolve("go"));
        yard.awaitJob(job, "SUCCEEDED");

        assertThat(yard.select("select step from history.metrics where job_id = ? order by step", job))
                .extracting(row -> row.get("step"))
                .containsExactly(1L, 2L);
    }

    @Test
    void a_flood_of_log_is_complete_in_the_outputs_and_the_database_has_its_end_and_the_size_of_the_rest()
            throws IOException {
        UUID job = yard.submit(
                "i=0; while [ $i -lt 200000 ]; do echo $i 0123456789012345678901234567890123456789012345678901234567890123456789; i=$((i+1)); done",
                "");
        yard.awaitJob(job, "SUCCEEDED");

        Path outputs = Path.of(URI.create((String) yard.attempts(job).getFirst().get("outputs_location"))
                .getPath());
        try (var lines = Files.lines(outputs.resolve("trainyard.log"))) {
            assertThat(lines.count()).isEqualTo(200_000);
        }
        String kept = yard.log(job);
        assertThat(kept.length()).isBetween(7 << 20, 11 << 20);
        assertThat(kept).contains("\n199999 0123").doesNotStartWith("0 0123");
        assertThat(yard.selectInside("""
                select c.text from trainyard.log_chunk c join trainyard.attempt a on a.id = c.attempt_id
                where a.job_id = ? and c.dropped_bytes is not null""", job).toString())
                .contains("of the log are not kept here; the outputs have all of it");
        assertThat(yard.selectInside("select outputs_state from trainyard.attempt where job_id = ?", job))
                .containsExactly(Map.of("outputs_state", "COMPLETE"));
    }

    @Test
    void a_log_is_not_written_through_a_link_that_the_program_left_in_its_place() throws IOException {
        Path precious = Files.writeString(directory.resolve("precious"), "kept");
        UUID job = yard.submit("echo words; ln -s %s /outputs/trainyard.log".formatted(precious), "");
        yard.awaitJob(job, "SUCCEEDED");

        assertThat(precious).hasContent("kept");
        assertThat(yard.select("select path from history.outputs where job_id = ? and kind <> 'LINK'", job))
                .extracting(row -> (String) row.get("path"))
                .singleElement()
                .asString()
                .startsWith("trainyard-");
    }

    @Test
    void a_program_that_writes_a_file_of_our_logs_name_keeps_it() throws IOException {
        UUID job = yard.submit("echo words; echo mine > /outputs/trainyard.log", "");
        yard.awaitJob(job, "SUCCEEDED");

        Path outputs = Path.of(URI.create((String) yard.attempts(job).getFirst().get("outputs_location"))
                .getPath());
        assertThat(outputs.resolve("trainyard.log")).content().isEqualTo("mine\n");
        assertThat(yard.select("select path, kind from history.outputs where job_id = ? order by path", job))
                .extracting(row -> row.get("kind") + " " + row.get("path"))
                .satisfiesExactly(
                        ours -> assertThat(outputs.resolve(ours.substring("LOG ".length())))
                                .content()
                                .contains("words"),
                        programs -> assertThat(programs).isEqualTo("LOG trainyard.log"));
    }

    @Test
    void an_attempt_does_not_get_a_folder_that_already_exists() throws IOException {
        UUID job = UUID.randomUUID();
        Path target = Files.createDirectory(directory.resolve("target"));
        Path ofJob = Files.createDirectories(directory.resolve("state/outputs").resolve(job.toString()));
        Files.createSymbolicLink(ofJob.resolve("1"), target);

        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"led","image":{"reference":"busybox:latest"},
                 "run":{"command":["touch","/outputs/written"]}}""".formatted(job));
        yard.awaitJob(job, "FAILED");

        assertThat(target).isEmptyDirectory();
        assertThat(yard.attempts(job)).singleElement().satisfies(attempt -> {
            assertThat(attempt).containsEntry("cause", "START_FAILED");
            assertThat((String) attempt.get("detail")).contains("not created for this attempt. Move it away (mv ");
        });
    }

    @Test
    void no_job_mounts_managed_outputs_for_writing_or_a_folder_above_them() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"led","image":{"reference":"busybox:latest"},
                 "retry":{"maxAttempts":2},
                 "run":{"command":["sh","-c","ln -s /etc /x/2; exit 7"],
                        "mounts":[{"source":"%s/state/outputs/%1$s","target":"/x"},{"source":"%2$s","target":"/y","readOnly":true}]}}""".formatted(job, directory));
        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job)).singleElement().satisfies(attempt -> {
            assertThat(attempt).containsEntry("cause", "POLICY_DENIED").containsEntry("container_name", null);
            assertThat((String) attempt.get("detail"))
                    .contains("holds managed outputs", "has Trainyard's or the container engine's own files in it");
        });
    }

    @Test
    void a_log_whose_beginning_the_engine_has_no_more_says_so_and_its_outputs_are_incomplete() throws IOException {
        UUID job = yard.submit("echo hello; until [ -e /outputs/go ]; do sleep 0.1; done", "");
        await().atMost(Yard.SOON).untilAsserted(() -> assertThat(yard.log(job)).isEqualTo("hello\n"));

        // As after a log of more than the engine keeps: that much has been read of it before.
        yard.selectInside("""
                insert into trainyard.log_chunk (attempt_id, seq, source, text, dropped_bytes)
                select id, 1000, 'TRAINYARD', 'gone', 1000 from trainyard.attempt where job_id = ? returning seq""", job);
        Path outputs = Path.of(URI.create((String) yard.attempts(job).getFirst().get("outputs_location"))
                .getPath());
        Files.createFile(outputs.resolve("go"));
        yard.awaitJob(job, "SUCCEEDED");

        assertThat(yard.selectInside("select outputs_state from trainyard.attempt where job_id = ?", job))
                .containsExactly(Map.of("outputs_state", "INCOMPLETE"));
        assertThat(yard.selectInside("""
                select c.text from trainyard.log_chunk c join trainyard.attempt a on a.id = c.attempt_id
                where a.job_id = ? and c.seq > 1000""", job).toString())
                .contains("1000 bytes of this log are not in the outputs either");
    }

    @Test
    void a_named_place_that_is_a_link_is_gathered_from_where_it_leads() throws IOException {
        Path link = Files.createSymbolicLink(
                directory.resolve("link"), Files.createDirectory(directory.resolve("linked-place")));
        UUID job = inPlace(link, "echo result > /outputs/model.pt");
        yard.awaitJob(job, "SUCCEEDED");

        assertThat(yard.select("select path from history.outputs where job_id = ? and kind <> 'LOG'", job))
                .extracting(row -> row.get("path"))
                .containsExactly("model.pt");
        assertThat(yard.selectInside("select outputs_state from trainyard.attempt where job_id = ?", job))
                .containsExactly(Map.of("outputs_state", "COMPLETE"));
    }

    @Test
    void a_named_location_that_the_program_redirected_to_a_forbidden_folder_is_not_gathered() throws IOException {
        Path parent = Files.createDirectory(directory.resolve("parent"));
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"led","image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c","mv /parent/place /parent/old && ln -s /etc /parent/place"],
                        "mounts":[{"source":"%s","target":"/parent"}],"outputs":{"location":"%2$s/place"}}}""".formatted(job, parent));
        yard.awaitJob(job, "SUCCEEDED");

        assertThat(yard.select("select path from history.outputs where job_id = ?", job))
                .isEmpty();
        assertThat(Path.of("/etc").toFile().list((folder, name) -> name.startsWith("trainyard-")))
                .isEmpty();
        assertThat(yard.selectInside("select outputs_state from trainyard.attempt where job_id = ?", job))
                .containsExactly(Map.of("outputs_state", "INCOMPLETE"));
    }

    private static UUID inPlace(Path place, String script) {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"placed","image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c","%s"],"outputs":{"location":"%s"}}}""".formatted(job, script, place));
        return job;
    }

    @Test
    void files_of_the_first_moments_are_in_the_outputs_also_in_a_named_location() throws Exception {
        Path place = Files.createDirectories(directory.resolve("first-moments"));
        Files.writeString(place.resolve("old.pt"), "of another");
        for (int i = 1; i <= 3; i++) {
            UUID job = inPlace(
                    place, "echo %d > /outputs/new%1$d.pt; ln -s new%1$d.pt /outputs/latest%1$d.pt".formatted(i));
            yard.awaitJob(job, "SUCCEEDED");

            assertThat(yard.select(
                            "select path, kind from history.outputs where job_id = ? and kind <> 'LOG' order by path",
                            job))
                    .extracting(row -> row.get("path") + " " + row.get("kind"))
                    .containsExactly("latest%d.pt LINK".formatted(i), "new%d.pt CHECKPOINT".formatted(i));
            assertThat(yard.selectInside("select outputs_state from trainyard.attempt where job_id = ?", job))
                    .containsExactly(Map.of("outputs_state", "COMPLETE"));
        }
    }

    @Test
    void a_job_that_the_policy_refuses_is_never_started_and_the_row_names_the_rule() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"curious","retry":{"maxAttempts":3},
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["true"],"mounts":[{"source":"/etc","target":"/host"}],"privileged":true}}""".formatted(job));

        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job)).singleElement().satisfies(attempt -> {
            assertThat(attempt).containsEntry("cause", "POLICY_DENIED").containsEntry("container_name", null);
            assertThat((String) attempt.get("detail"))
                    .contains("the folder '/etc' may not be mounted")
                    .contains("policy.yml")
                    .contains("privileged is never allowed");
        });
    }

    @Test
    void a_volume_that_a_job_of_another_team_made_is_not_mounted() throws Exception {
        String volume = "trainyard-test-" + UUID.randomUUID();
        try {
            UUID own = withVolume(volume, "vision");
            yard.awaitJob(own, "SUCCEEDED");
            UUID foreign = withVolume(volume, "audio");
            yard.awaitJob(foreign, "FAILED");

            assertThat(yard.attempts(foreign)).singleElement().satisfies(attempt -> {
                assertThat(attempt).containsEntry("cause", "POLICY_DENIED").containsEntry("container_name", null);
                assertThat((String) attempt.get("detail")).contains("which was not made by a job of the same team");
            });
            UUID again = withVolume(volume, "vision");
            yard.awaitJob(again, "SUCCEEDED");
        } finally {
            // The removal of its container is the last that the worker does.
            await().atMost(Yard.SOON)
                    .untilAsserted(() -> assertThat(docker("volume", "rm", "--force", volume))
                            .isEqualTo(volume));
        }
    }

    private static UUID withVolume(String volume, String team) {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"with-volume","team":"%s",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["true"],"mounts":[{"source":"%s","target":"/cache"}]}}""".formatted(job, team, volume));
        return job;
    }

    @Test
    void a_container_whose_job_names_no_limit_has_the_hosts() throws Exception {
        UUID job = yard.submit("echo ready; until [ -e /outputs/go ]; do sleep 0.1; done", "");
        await().atMost(Yard.SOON).until(() -> yard.log(job).contains("ready"));
        Map<String, Object> attempt = yard.attempts(job).getFirst();
        long offered = ((Number) yard.value("select memory_bytes from history.workers")).longValue();

        assertThat(docker("inspect", "--format", "{{.HostConfig.PidsLimit}} {{.HostConfig.Memory}}", (String)
                        attempt.get("container_name")))
                .isEqualTo("16384 " + offered);

        Files.createFile(
                Path.of(URI.create((String) attempt.get("outputs_location")).getPath())
                        .resolve("go"));
        yard.awaitJob(job, "SUCCEEDED");
    }

    @Test
    void every_event_of_an_undisturbed_life_is_recorded_once_and_in_order() {
        UUID job = yard.submit("true", "");
        yard.awaitJob(job, "SUCCEEDED");

        assertThat(yard.select("select type from history.events where job_id = ? order by seq", job))
                .extracting(row -> row.get("type"))
                .containsExactly(
                        "job.accepted",
                        "job.queued",
                        "attempt.reserved",
                        "attempt.begun",
                        "image.ready",
                        "container.created",
                        "container.started",
                        "container.exited",
                        "attempt.ended",
                        "job.ended");
    }

    @Test
    void an_attempt_is_one_job_instance_of_spring_batch_with_three_completed_steps() {
        UUID job = yard.submit("true", "");
        yard.awaitJob(job, "SUCCEEDED");

        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(yard.selectInside("""
                select s.step_name || ' ' || s.status as step from batch.batch_job_execution_params p
                join batch.batch_step_execution s using (job_execution_id)
                where p.parameter_value = (select id::text from trainyard.attempt where job_id = ?)
                order by s.step_execution_id""", job))
                        .extracting(row -> row.get("step"))
                        .containsExactly("imageStep COMPLETED", "containerStep COMPLETED", "outputsStep COMPLETED"));
    }

    @Test
    void no_transaction_is_open_while_a_container_runs() {
        UUID job = yard.submit("sleep 300", "");
        yard.awaitAttempt(job, "RUNNING");

        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(yard.selectInside("""
                        select query from pg_stat_activity
                        where datname = 'trainyard' and state like 'idle in transaction%'""")).isEmpty());

        cancel(job);
        yard.awaitJob(job, "CANCELLED");
    }

    @Test
    void a_program_that_fails_is_tried_again_after_a_backoff_as_a_new_attempt() {
        UUID job = yard.submit("echo boom >&2; exit 3", ",\"retry\":{\"maxAttempts\":3,\"backoff\":\"PT0.2S\"}");

        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job))
                .extracting(attempt -> attempt.get("cause") + " " + attempt.get("detail"))
                .containsExactly(
                        "PROGRAM_ERROR exit code 3: boom",
                        "PROGRAM_ERROR exit code 3: boom",
                        "PROGRAM_ERROR exit code 3: boom");
    }

    /** More people read the history than may see the values of variables, and events go to chat rooms. */
    @Test
    void the_last_words_of_a_program_are_told_without_the_values_of_its_variables() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"login","image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c","echo $HOST_OF_DB refused $DB_PASS; exit 3"],
                        "environment":{"DB_PASS":"topsecret77","HOST_OF_DB":"db.example"},"publicVariables":["HOST_OF_DB"]}}""".formatted(job));

        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job))
                .singleElement()
                .extracting(attempt -> attempt.get("detail"))
                .isEqualTo("exit code 3: db.example refused ***");
        assertThat(yard.select("select data::text as data from history.events where job_id = ?", job))
                .isNotEmpty()
                .noneSatisfy(event -> assertThat((String) event.get("data")).contains("topsecret77"));
    }

    @Test
    void a_retry_that_helps_ends_the_job_well_and_writes_where_no_other_attempt_does() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("marked"));
        Path marker = folder.resolve("marker");
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"retry",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c","test -e /m/marker || { touch /m/marker; exit 1; }"],
                        "mounts":[{"source":"%s","target":"/m","readOnly":false}]},
                 "retry":{"maxAttempts":2,"backoff":"PT0.2S"}}""".formatted(job, folder));

        yard.awaitJob(job, "SUCCEEDED");

        assertThat(marker).exists();
        assertThat(yard.attempts(job))
                .extracting(attempt -> attempt.get("outputs_location"))
                .doesNotHaveDuplicates()
                .hasSize(2);
    }

    @Test
    void jobs_whose_registry_is_down_hold_nothing_and_one_that_can_run_goes_ahead_of_them() {
        List<UUID> waiting = IntStream.range(0, 12)
                .mapToObj(number -> {
                    UUID job = UUID.randomUUID();
                    yard.publish(job, """
                            {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"away","priority":900,
                             "image":{"reference":"127.0.0.1:9/away/model:%d"},"run":{},"gpus":{"count":1}}""".formatted(job, number));
                    return job;
                })
                .toList();
        UUID last = waiting.getLast();
        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(
                                (String) yard.value("select waiting_because from history.queue where job_id = ?", last))
                        .contains("127.0.0.1:9/away/model:11", "connection refused", "next try at "));

        UUID runs = yard.submit("true", ",\"gpus\":{\"count\":2}");
        yard.awaitJob(runs, "SUCCEEDED");

        assertThat(yard.selectInside(
                        "select r.key from trainyard.reservation r join trainyard.attempt a on a.id = r.attempt_id where a.job_id = any(?)",
                        (Object) waiting.toArray(UUID[]::new)))
                .isEmpty();
        waiting.forEach(JobsTest::cancel);
        waiting.forEach(job -> yard.awaitJob(job, "CANCELLED"));
    }

    @Test
    void an_image_that_does_not_exist_ends_the_job_with_the_name_and_the_reason() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"noimage",
                 "image":{"reference":"127.0.0.1:9/no/such:image"},"run":{},
                 "retry":{"maxAttempts":1,"backoff":"PT0.2S"}}""".formatted(job));

        yard.awaitAttempt(job, "ENDED");

        assertThat(yard.attempts(job).getFirst())
                .containsEntry("cause", "IMAGE_PULL_FAILED")
                .extracting(attempt -> (String) attempt.get("detail"))
                .asString()
                .contains("127.0.0.1:9/no/such:image", "refused");
        cancel(job);
        yard.awaitJob(job, "CANCELLED");
    }

    @Test
    void an_image_that_may_not_be_pulled_ends_the_job_before_anything_is_reserved() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"neverpulled",
                 "image":{"reference":"127.0.0.1:9/no/such:image","pull":"never"},"run":{}}""".formatted(job));

        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job).getFirst())
                .containsEntry("cause", "IMAGE_UNAVAILABLE")
                .extracting(attempt -> (String) attempt.get("detail"))
                .asString()
                .contains("127.0.0.1:9/no/such:image", "--pull never");
        assertThat(yard.selectInside(
                        "select r.key from trainyard.reservation r join trainyard.attempt a on a.id = r.attempt_id where a.job_id = ?",
                        job))
                .isEmpty();
    }

    @Test
    void an_image_that_is_always_pulled_holds_nothing_while_its_registry_is_down() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"alwayspulled",
                 "image":{"reference":"busybox:latest","pull":"always"},"run":{"command":["true"]}}""".formatted(job));

        yard.awaitAttempt(job, "ENDED");

        assertThat(yard.attempts(job).getFirst()).containsEntry("cause", "IMAGE_PULL_FAILED");
        assertThat(yard.selectInside(
                        "select r.key from trainyard.reservation r join trainyard.attempt a on a.id = r.attempt_id where a.job_id = ?",
                        job))
                .isEmpty();
        cancel(job);
        yard.awaitJob(job, "CANCELLED");
    }

    @Test
    void a_program_that_the_image_lacks_is_a_failed_start() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"noprogram",
                 "image":{"reference":"busybox:latest"},"run":{"command":["no-such-program"]}}""".formatted(job));

        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job).getFirst())
                .containsEntry("cause", "START_FAILED")
                .extracting(attempt -> (String) attempt.get("detail"))
                .asString()
                .contains("no-such-program");
    }

    @Test
    void a_running_job_is_cancelled_with_its_stop_signal_and_keeps_its_files() {
        UUID job = yard.submit(
                "trap 'echo saved > /outputs/last.pt; exit 0' TERM; echo ready; while :; do sleep 0.1; done", "");
        await().atMost(Yard.SOON).until(() -> yard.log(job).contains("ready"));

        cancel(job);
        yard.awaitJob(job, "CANCELLED");

        assertThat(yard.attempts(job).getFirst())
                .containsEntry("cause", "CANCELLED")
                .containsEntry("exit_code", 0);
        assertThat(yard.select("select path from history.outputs where job_id = ?", job)
                        .toString())
                .contains("last.pt");
    }

    @Test
    void a_program_that_ignores_the_stop_signal_is_killed_after_the_grace_period() {
        UUID job = yard.submit("trap '' TERM; echo ready; while :; do sleep 0.1; done", ",\"gracePeriod\":\"PT0.5S\"");
        await().atMost(Yard.SOON).until(() -> yard.log(job).contains("ready"));

        cancel(job);
        yard.awaitJob(job, "CANCELLED");

        assertThat(yard.attempts(job).getFirst()).satisfies(attempt -> {
            assertThat(attempt).containsEntry("cause", "CANCELLED").containsEntry("exit_code", 137);
            assertThat((String) attempt.get("detail"))
                    .contains("did not exit within 0.5s after SIGTERM, so it was killed", "init: true");
        });
    }

    @Test
    void a_grace_period_of_a_day_is_limited_by_the_host_and_a_second_cancel_ends_it_at_once() {
        UUID job = yard.submit("trap '' TERM; echo ready; while :; do sleep 0.1; done", ",\"gracePeriod\":\"24h\"");
        await().atMost(Yard.SOON).until(() -> yard.log(job).contains("ready"));

        assertThat(cancelOverRest(job)).contains("STOPPING");
        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(yard.selectInside(
                                "select (kill_at - stop_signalled_at)::text as grace from trainyard.attempt where job_id = ?",
                                job))
                        .containsExactly(Map.of("grace", "00:10:00")));
        assertThat(yard.selectInside("""
                select c.text from trainyard.log_chunk c join trainyard.attempt a on a.id = c.attempt_id
                where a.job_id = ? and c.source = 'TRAINYARD'""", job).toString())
                .contains("the grace period of 24h is cut to 10m: the rule gracePeriod of ");
        assertThat(cancelOverRest(job)).contains("KILLING");

        yard.awaitJob(job, "CANCELLED");
        assertThat(yard.attempts(job).getFirst())
                .containsEntry("cause", "CANCELLED")
                .containsEntry("exit_code", 137);
    }

    @Test
    void a_cancel_ends_the_reading_of_outputs_that_are_listed_then_without_a_digest() {
        UUID job = yard.submit("echo abc > /outputs/a.pt; truncate -s 10995116277760 /outputs/x", "");
        yard.awaitAttempt(job, "COLLECTING");

        assertThat(cancelOverRest(job)).contains("STOPPING");

        // As it had ended before.
        yard.awaitJob(job, "SUCCEEDED");
        assertThat(yard.attempts(job).getFirst()).containsEntry("cause", "COMPLETED");
        assertThat(yard.select("select path from history.outputs where job_id = ? and sha256 is null", job)
                        .toString())
                .contains("path=x");
        assertThat(yard.selectInside(
                                "select outputs_state, outputs_missing from trainyard.attempt where job_id = ?", job)
                        .toString())
                .contains("INCOMPLETE", "listed without a digest", "cancelled");
    }

    @Test
    void a_second_cancel_ends_the_gathering_of_outputs_at_once() {
        UUID job = yard.submit("truncate -s 10995116277760 /outputs/x; exit 3", "");
        yard.awaitAttempt(job, "COLLECTING");

        cancelOverRest(job);
        cancelOverRest(job);

        yard.awaitJob(job, "CANCELLED");
        assertThat(yard.attempts(job).getFirst()).containsEntry("cause", "PROGRAM_ERROR");
        assertThat(yard.selectInside("select outputs_state from trainyard.attempt where job_id = ?", job)
                        .toString())
                .contains("INCOMPLETE");
    }

    private static String cancelOverRest(UUID job) {
        HttpRequest request = HttpRequest.newBuilder(
                        yard.standalone().rest().resolve("/api/v1/jobs/%s/cancel".formatted(job)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void the_time_limit_ends_a_job_that_takes_too_long() {
        UUID job = yard.submit("sleep 300", ",\"timeLimit\":\"PT1S\",\"gracePeriod\":\"PT0.5S\"");

        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job).getFirst()).containsEntry("cause", "TIME_LIMIT");
    }

    @Test
    void more_jobs_than_devices_wait_with_the_reason_and_no_device_is_held_twice() {
        List<UUID> jobs = IntStream.range(0, 6)
                .mapToObj(i -> yard.submit("sleep 0.5", ",\"gpus\":{\"count\":1}"))
                .toList();

        await().atMost(Yard.SOON)
                .until(() -> jobs.stream()
                        .map(job ->
                                (String) yard.value("select waiting_because from history.jobs where job_id = ?", job))
                        .anyMatch(reason -> reason != null && reason.contains("run slots are in use")));
        jobs.forEach(job -> yard.awaitJob(job, "SUCCEEDED"));

        assertThat(yard.select("""
                select a.device from history.gpu_reservations a join history.gpu_reservations b
                on a.device = b.device and a.attempt_id < b.attempt_id
                and tstzrange(a.reserved_at, a.released_at) && tstzrange(b.reserved_at, b.released_at)""")).isEmpty();
    }

    @Test
    void a_higher_priority_goes_first() {
        List<UUID> blockers =
                IntStream.range(0, 2).mapToObj(i -> yard.submit("sleep 2", "")).toList();
        blockers.forEach(job -> yard.awaitAttempt(job, "RUNNING"));

        UUID low = yard.submit("true", ",\"priority\":10");
        UUID high = yard.submit("true", ",\"priority\":900");
        yard.awaitJob(low, "SUCCEEDED");
        yard.awaitJob(high, "SUCCEEDED");

        assertThat(yard.value("""
                select (select reserved_at from history.attempts where job_id = ?)
                     < (select reserved_at from history.attempts where job_id = ?)""", high, low)).isEqualTo(true);
    }

    @Test
    void two_jobs_that_want_the_same_host_port_run_after_each_other() {
        String port = ",\"gpus\":{\"count\":1}";
        UUID first = withPort("sleep 1", port);
        UUID second = withPort("sleep 1", port);

        yard.awaitJob(first, "SUCCEEDED");
        yard.awaitJob(second, "SUCCEEDED");

        assertThat(yard.selectInside("""
                select 1 as overlap from trainyard.reservation a join trainyard.reservation b
                on a.kind = 'PORT' and b.kind = 'PORT' and a.key = b.key and a.id < b.id
                and tstzrange(a.reserved_at, a.released_at) && tstzrange(b.reserved_at, b.released_at)""")).isEmpty();
    }

    @Test
    void a_container_without_a_device_sees_none_and_one_with_a_stand_in_sees_none_either() {
        UUID none = yard.submit("echo devices=$NVIDIA_VISIBLE_DEVICES", "");
        UUID standIn = yard.submit("echo devices=$NVIDIA_VISIBLE_DEVICES", ",\"gpus\":{\"count\":1}");

        yard.awaitJob(none, "SUCCEEDED");
        yard.awaitJob(standIn, "SUCCEEDED");

        assertThat(yard.log(none)).isEqualTo("devices=void\n");
        assertThat(yard.log(standIn)).isEqualTo("devices=void\n");
    }

    @Test
    void a_record_that_cannot_be_read_is_set_aside_and_costs_the_others_nothing() {
        UUID bad = UUID.randomUUID();
        yard.publish(
                bad,
                "{\"schema\":\"trainyard.request/v1\",\"kind\":\"submit\",\"jobId\":\"%s\",\"nmae\":\"x\"}"
                        .formatted(bad));
        UUID good = yard.submit("true", "");

        yard.awaitJob(good, "SUCCEEDED");

        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(
                                (String) yard.value("select reason from history.rejected where job_id = ?", bad))
                        .contains("nmae"));
    }

    @Test
    void the_same_request_twice_runs_once_and_another_under_its_id_is_rejected() {
        UUID job = UUID.randomUUID();
        String message = """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"%s",
                 "image":{"reference":"busybox:latest"},"run":{"command":["true"]}}""";
        yard.publish(job, message.formatted(job, "one"));
        yard.publish(job, message.formatted(job, "one"));
        yard.publish(job, message.formatted(job, "two"));

        yard.awaitJob(job, "SUCCEEDED");

        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(
                                (String) yard.value("select reason from history.rejected where job_id = ?", job))
                        .contains("accepted with other content"));
        assertThat(yard.attempts(job)).hasSize(1);
    }

    @Test
    void a_cancel_that_comes_before_its_job_cancels_it() {
        UUID job = UUID.randomUUID();
        yard.publish(job, "{\"schema\":\"trainyard.request/v1\",\"kind\":\"cancel\",\"jobId\":\"%s\"}".formatted(job));
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"late",
                 "image":{"reference":"busybox:latest"},"run":{"command":["true"]}}""".formatted(job));

        yard.awaitJob(job, "CANCELLED");

        assertThat(yard.attempts(job)).isEmpty();
    }

    @Test
    void no_container_of_a_finished_job_is_left_on_the_engine() throws Exception {
        UUID job = yard.submit("true", "");
        yard.awaitJob(job, "SUCCEEDED");
        String name = (String) yard.attempts(job).getFirst().get("container_name");

        await().atMost(Yard.SOON)
                .until(() -> !docker("ps", "-a", "--format", "{{.Names}}").contains(name));
    }

    private static String docker(String... words) throws Exception {
        Process docker = new ProcessBuilder(
                        Stream.concat(Stream.of("docker"), Stream.of(words)).toList())
                .start();
        String printed = new String(docker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(docker.waitFor()).isZero();
        return printed.strip();
    }

    private static UUID withPort(String script, String more) {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"port",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c",%s],"ports":[{"hostIp":"127.0.0.1","host":29471,"container":80}]}%s}""".formatted(job, Yard.quoted(script), more));
        return job;
    }

    private static void cancel(UUID job) {
        yard.publish(job, "{\"schema\":\"trainyard.request/v1\",\"kind\":\"cancel\",\"jobId\":\"%s\"}".formatted(job));
    }
}
