package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.submitter.Http.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class JobsTest {

    private final TestServer server = new TestServer();
    private final Http http = server.http;
    private final TestWorker worker = server.worker;
    private final String id = Requests.newId();
    private final String job = "/api/v1/jobs/" + id;

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x10", "%205", "+5", "many", "99999999999"})
    void a_number_is_written_in_digits(String limit) {
        Answer answer = http.get("/api/v1/jobs?limit=" + limit);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail"))
                .startsWith("limit: '")
                .endsWith("' is not a whole number of up to nine digits");
    }

    @Test
    void a_job_is_shown_with_its_newest_attempt_from_the_queue_to_its_end() {
        worker.accept(Requests.named(id, "digits"));
        assertThat(http.get(job).text("state")).isEqualTo("QUEUED");
        assertThat(http.get(job).json().path("attempt").isNull()).isTrue();

        AttemptId first = worker.start();
        JsonNode running = http.get(job).json();
        assertThat(running.path("state").asString()).isEqualTo("RUNNING");
        assertThat(running.at("/attempt/state").asString()).isEqualTo("RUNNING");
        assertThat(running.at("/attempt/host").asString()).isEqualTo("host-1");
        assertThat(running.at("/attempt/argv/1").asString()).isEqualTo("train.py");
        assertThat(http.get(job + "/why").text("text"))
                .contains("Attempt 1 on host-1")
                .contains("container runs");

        worker.end(first, 3, TestWorker.retryAtOnce());
        AttemptId second = worker.start();
        worker.output(second, "checkpoints/last.pt");
        worker.end(second, 3, new Retry.Final(JobState.FAILED));
        JsonNode failed = http.get(job).json();
        assertThat(failed.path("state").asString()).isEqualTo("FAILED");
        assertThat(failed.path("attempts").asInt()).isEqualTo(2);
        assertThat(failed.path("lastCause").asString()).isEqualTo("PROGRAM_ERROR");
        assertThat(failed.at("/attempt/exitCode").asInt()).isEqualTo(3);
        assertThat(failed.path("endedAt").isString()).isTrue();
        assertThat(http.get(job + "/why").text("text")).contains("attempt 2").contains("exit code 3");
        assertThat(http.get(job + "/attempts").json().path("attempts").valueStream())
                .extracting(attempt -> attempt.path("number").asInt())
                .containsExactly(1, 2);
    }

    @Test
    void a_job_that_backs_off_says_when_it_retries_and_after_what() {
        worker.accept(Requests.named(id, "digits"));
        worker.end(worker.start(), 3, new Retry.RetryAfter(Duration.ofHours(1), new Retry.Counters(1, 0)));

        String expected =
                "retries at \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ after PROGRAM_ERROR: the program ended with exit code 3";
        assertThat(http.get(job).text("waitingBecause")).matches(expected);
        assertThat(http.get("/api/v1/queue")
                        .json()
                        .at("/queue/0/waitingBecause")
                        .asString())
                .matches(expected);
        assertThat(http.get(job + "/why").text("text")).matches("It waits: " + expected + "\\.");
    }

    @Test
    void a_free_retry_shows_its_number_and_the_limit() {
        worker.accept(Requests.named(id, "digits"));
        worker.fail(
                worker.reserve(),
                Cause.IMAGE_PULL_FAILED,
                new Retry.RetryAfter(Duration.ofHours(1), new Retry.Counters(0, 3)));

        String expected = "retries at \\S+Z \\(retry 3 of 5, then it is held\\) after IMAGE_PULL_FAILED: no such host";
        assertThat(http.get(job).text("waitingBecause")).matches(expected);
        assertThat(http.get("/api/v1/queue")
                        .json()
                        .at("/queue/0/waitingBecause")
                        .asString())
                .matches(expected);
        assertThat(http.get(job + "/why").text("text")).matches("It waits: " + expected + "\\.");
    }

    @Test
    void a_held_job_has_its_reason_and_a_remedy() {
        worker.accept(Requests.named(id, "digits"));
        worker.end(worker.start(), 3, new Retry.Hold("PROGRAM_ERROR again after 5 free retries"));

        assertThat(http.get(job).text("reason"))
                .isEqualTo(
                        "PROGRAM_ERROR: the program ended with exit code 3 (PROGRAM_ERROR again after 5 free retries)");
        assertThat(http.get(job + "/why").text("text"))
                .contains("exit code 3", "trainyard release " + id, "trainyard cancel " + id);
    }

    @Test
    void a_cancelled_job_shows_who_cancelled_it_and_why() {
        worker.accept(Requests.named(id, "digits"));

        http.post(job + "/cancel", "{\"by\": \"ann\", \"reason\": \"wrong data\"}");

        assertThat(http.get(job).text("reason")).isEqualTo("by ann: wrong data");
        assertThat(http.get(job + "/why").text("text"))
                .matches("It was cancelled at \\S+:\\d\\dZ by ann: wrong data\\.");
    }

    @Test
    void outputs_are_those_of_the_newest_attempt_unless_another_is_named() {
        worker.accept(Requests.named(id, "digits"));
        assertThat(http.get(job + "/outputs").status()).isEqualTo(404);

        AttemptId first = worker.start();
        worker.output(first, "first.pt");
        worker.end(first, 1, TestWorker.retryAtOnce());
        AttemptId second = worker.start();
        worker.output(second, "second.pt");
        worker.end(second, 0, new Retry.Final(JobState.SUCCEEDED));

        Answer newest = http.get(job + "/outputs");
        assertThat(newest.json().at("/files/0/path").asString()).isEqualTo("second.pt");
        assertThat(newest.text("missing")).isEqualTo("more than 100000 files");
        assertThat(newest.text("location")).startsWith("file://host-1/srv/outputs/");
        assertThat(newest.text("state")).isEqualTo("COMPLETE");
        assertThat(http.get(job + "/outputs?attempt=1")
                        .json()
                        .at("/files/0/path")
                        .asString())
                .isEqualTo("first.pt");
        assertThat(http.get(job + "/outputs?attempt=3").status()).isEqualTo(404);
    }

    @Test
    void jobs_are_listed_newest_first_and_by_state_and_team() {
        String older = Requests.newId();
        worker.accept(Requests.named(older, "older"));
        worker.accept(Requests.named(id, "newer"));
        http.post(job + "/hold", "{}");

        assertThat(names("/api/v1/jobs")).containsExactly("newer", "older");
        assertThat(names("/api/v1/jobs?limit=1")).containsExactly("newer");
        assertThat(names("/api/v1/jobs?state=HELD")).containsExactly("newer");
        assertThat(names("/api/v1/jobs?team=vision&state=QUEUED")).containsExactly("older");
        assertThat(names("/api/v1/jobs?team=speech")).isEmpty();
    }

    private java.util.List<String> names(String path) {
        return http.get(path)
                .json()
                .path("jobs")
                .valueStream()
                .map(each -> each.path("name").asString())
                .toList();
    }

    @Test
    void a_request_that_no_worker_took_in_is_rejected_with_the_reason() {
        worker.reject("{}", id, "$.name: is missing. Give a name.");

        Answer rejected = http.get(job);

        assertThat(rejected.text("state")).isEqualTo("REJECTED");
        assertThat(rejected.text("rejection")).contains("$.name");
        assertThat(Instant.parse(rejected.text("endedAt"))).isBeforeOrEqualTo(Instant.now());
        assertThat(rejected.json().path("name").isNull()).isTrue();
    }

    @Test
    void a_request_published_by_this_server_and_then_rejected_keeps_its_name() {
        String request = Requests.named(id, "published");
        http.post("/api/v1/jobs", request);
        worker.reject(request, id, "$.draft: is not there");

        Answer rejected = http.get(job);

        assertThat(rejected.text("state")).isEqualTo("REJECTED");
        assertThat(rejected.text("name")).isEqualTo("published");
    }

    @Test
    void jobs_are_listed_that_are_published_only_or_were_rejected() {
        String rejected = Requests.newId();
        worker.reject("{}", rejected, "the first reason");
        worker.reject("{}", rejected, "$.name: is missing. Give a name.");
        worker.accept(Requests.named(Requests.newId(), "accepted"));
        http.post("/api/v1/jobs", Requests.named(id, "published"));

        JsonNode refused = http.get("/api/v1/jobs?state=REJECTED").json().path("jobs");
        assertThat(refused.size()).isEqualTo(1);
        assertThat(refused.at("/0/jobId").asString()).isEqualTo(rejected);
        assertThat(refused.at("/0/reason").asString()).contains("$.name");
        assertThat(names("/api/v1/jobs?state=PUBLISHED")).containsExactly("published");
        worker.accept(Requests.named(id, "published"));
        assertThat(names("/api/v1/jobs?state=PUBLISHED")).isEmpty();
    }

    @Test
    void jobs_are_found_by_name_person_label_time_and_part_of_the_id_in_several_states_page_by_page() {
        String other = Requests.newId();
        String rejected = Requests.newId();
        worker.accept(Requests.of(id, "q9", "ada", "{\"data\": \"a,b\"}"));
        worker.accept(Requests.of(other, "q9", "bob", "{}"));
        String published = Requests.newId();
        http.post("/api/v1/jobs", Requests.of(published, "q9", "ada", "{}"));
        http.post("/api/v1/jobs", Requests.of(rejected, "q9", "ada", "{}"));
        worker.reject("{}", rejected, "$.run: is missing");
        worker.reject("{}", Requests.newId(), "unreadable");

        String any = "/api/v1/jobs?state=PUBLISHED,QUEUED&state=REJECTED";
        assertThat(ids(any + "&name=q9")).containsExactlyInAnyOrder(id, other, published, rejected);
        assertThat(ids(any + "&name=q9&by=bob")).containsExactly(other);
        assertThat(ids(any + "&label=data=a,b")).containsExactly(id);
        assertThat(ids(any + "&label=data&label=more")).isEmpty();
        assertThat(ids(any + "&id=" + id.substring(24))).containsExactly(id);
        assertThat(ids(any + "&id=" + rejected.substring(0, 10).toUpperCase(java.util.Locale.ROOT)))
                .containsExactly(rejected);
        assertThat(ids(any + "&since=2100-01-01T00:00:00Z")).isEmpty();
        assertThat(ids(any)).hasSize(5);

        List<String> paged = new ArrayList<>();
        JsonNode page = http.get(any + "&name=q9&limit=1").json();
        page.path("jobs").forEach(each -> paged.add(each.path("jobId").asString()));
        while (!page.path("next").isNull()) {
            page = http.get(any + "&name=q9&limit=1&after=" + page.path("next").asString())
                    .json();
            page.path("jobs").forEach(each -> paged.add(each.path("jobId").asString()));
        }
        assertThat(paged).containsExactlyElementsOf(ids(any + "&name=q9"));

        for (String wrong : List.of(
                "state=RUNING",
                "id=xyz",
                "id=abc",
                "since=yesterday",
                "since=%2B999999999-01-01T00:00:00Z",
                "after=x.y.z",
                "after=MQ")) {
            assertThat(http.get("/api/v1/jobs?" + wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(http.get("/api/v1/jobs?state=RUNING").text("detail")).endsWith("Did you mean RUNNING?");
    }

    private List<String> ids(String path) {
        return http.get(path)
                .json()
                .path("jobs")
                .valueStream()
                .map(each -> each.path("jobId").asString())
                .toList();
    }

    @Test
    void a_job_shows_its_request_with_secrets_masked() {
        worker.accept(Requests.named(id, "digits"));

        JsonNode asked = http.get(job + "/request").json();

        assertThat(asked.at("/request/run/command/0").asString()).isEqualTo("true");
        assertThat(asked.toString()).contains("API_TOKEN").doesNotContain("s3cret");
        assertThat(asked.path("draft").isNull()).isTrue();
        String published = Requests.newId();
        http.post("/api/v1/jobs", Requests.named(published, "published"));
        assertThat(http.get("/api/v1/jobs/" + published + "/request")
                        .json()
                        .path("request")
                        .isNull())
                .isTrue();
        assertThat(http.get("/api/v1/jobs/" + Requests.newId() + "/request").status())
                .isEqualTo(404);
    }

    @Test
    void each_listing_reports_what_it_left_out() {
        worker.accept(Requests.named(id, "digits"));
        worker.accept(Requests.named(Requests.newId(), "second"));
        AttemptId first = worker.start();
        worker.output(first, "b.txt", "checkpoints/last.pt", "a.txt");
        String running = http.get("/api/v1/jobs?state=RUNNING")
                .json()
                .at("/jobs/0/jobId")
                .asString();

        JsonNode outputs =
                http.get("/api/v1/jobs/" + running + "/outputs?limit=1").json();
        assertThat(outputs.path("total").asInt()).isEqualTo(3);
        assertThat(outputs.at("/files/0/path").asString()).isEqualTo("a.txt");
        JsonNode rest = http.get("/api/v1/jobs/" + running + "/outputs?after="
                        + outputs.path("next").asString())
                .json();
        assertThat(rest.path("files").size()).isEqualTo(2);
        assertThat(rest.path("next").isNull()).isTrue();
        for (String listing : List.of("workers", "gpus", "queue", "drafts", "jobs/" + running + "/attempts")) {
            assertThat(http.get("/api/v1/" + listing + "?limit=1").json().has("next"))
                    .as(listing)
                    .isTrue();
            assertThat(http.get("/api/v1/" + listing + "?after=!").status())
                    .as(listing)
                    .isEqualTo(400);
        }
    }

    @Test
    void a_preparing_attempt_shows_the_last_message_about_its_image_and_the_problem_of_its_host() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId attempt = worker.reserve();
        worker.begin(attempt);

        assertThat(http.get(job + "/why").text("text"))
                .endsWith("the worker pulls or builds the image and creates the container.");

        worker.build(attempt, "Step 1/2 : FROM x\n[the engine broke off the build, try 2 of 5]\n");
        worker.unfit("the container engine does not answer: cannot be reached");

        assertThat(http.get(job + "/why").text("text"))
                .contains(": [the engine broke off the build, try 2 of 5]")
                .endsWith("Its host: the container engine does not answer: cannot be reached.")
                .doesNotContain("Step 1/2");

        worker.started(attempt);
        assertThat(http.get(job + "/why").text("text")).endsWith("the container runs.");
    }

    @Test
    void an_attempt_that_rests_since_it_may_end_its_worker_says_so() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId attempt = worker.reserve();
        worker.diesWith(attempt);
        worker.diesWith(attempt);

        assertThat(http.get(job + "/why").text("text"))
                .contains("The process of its worker ended 2 times in a row while it worked for this attempt")
                .contains("So the attempt rests until 20");
        assertThat(http.get(job).json().at("/attempt/restsUntil").asString()).startsWith("20");
        assertThat(http.get(job).json().at("/attempt/workerDeaths").asInt()).isEqualTo(2);
    }

    @Test
    void commands_change_the_job_and_report_the_result() {
        worker.accept(Requests.named(id, "digits"));

        assertThat(http.post(job + "/hold", "{\"by\": \"ann\", \"reason\": \"wrong data\"}")
                        .text("result"))
                .isEqualTo("DONE");
        assertThat(http.get(job).text("reason")).isEqualTo("ann: wrong data");
        assertThat(http.post(job + "/release", "{}").text("result")).isEqualTo("DONE");
        assertThat(http.post(job + "/priority", "{\"priority\": 900}").text("result"))
                .isEqualTo("DONE");
        assertThat(http.get(job).json().path("priority").asInt()).isEqualTo(900);
        worker.start();
        assertThat(http.get(job).json().path("holdRequested").isNull()).isTrue();
        assertThat(http.post(job + "/hold", "{\"by\": \"ann\", \"reason\": \"wrong data\"}")
                        .text("result"))
                .isEqualTo("REMEMBERED");
        assertThat(http.get(job).text("holdRequested")).isEqualTo("ann: wrong data");
        assertThat(http.get(job + "/why").text("text"))
                .endsWith("If it is queued again, it will be held: ann: wrong data.");
        assertThat(http.post(job + "/release", "{}").text("result")).isEqualTo("DONE");
        assertThat(http.get(job).json().path("holdRequested").isNull()).isTrue();
        assertThat(http.post(job + "/cancel", "{\"by\": \"ann\"}").text("result"))
                .isEqualTo("STOPPING");
        assertThat(http.get(job + "/why").text("text")).contains("being stopped");
    }

    @Test
    void a_waiting_job_is_cancelled_at_once_and_only_once() {
        worker.accept(Requests.named(id, "digits"));

        assertThat(http.post(job + "/cancel", "{}").text("result")).isEqualTo("CANCELLED");
        assertThat(http.post(job + "/cancel", "{}").text("result")).isEqualTo("ALREADY_ENDED");
        assertThat(http.post(job + "/hold", "{}").text("result")).isEqualTo("ALREADY_ENDED");
    }

    @Test
    void the_cancellation_of_a_job_that_is_still_to_come_is_remembered() {
        assertThat(http.post(job + "/cancel", "{}").text("result")).isEqualTo("REMEMBERED");

        worker.accept(Requests.named(id, "digits"));

        assertThat(http.get(job).text("state")).isEqualTo("CANCELLED");
    }

    @Test
    void hosts_devices_and_queue_are_shown() {
        worker.accept(Requests.named(id, "digits"));

        JsonNode worker1 = http.get("/api/v1/workers").json().at("/workers/0");
        assertThat(worker1.path("name").asString()).isEqualTo("worker-1");
        assertThat(worker1.path("runSlots").asInt()).isEqualTo(4);
        assertThat(http.get("/api/v1/gpus").json().at("/gpus/0/type").asString())
                .isEqualTo("NVIDIA H100");
        JsonNode queued = http.get("/api/v1/queue").json().at("/queue/0");
        assertThat(queued.path("jobId").asString()).isEqualTo(id);
        assertThat(queued.path("place").asInt()).isEqualTo(1);
    }
}
