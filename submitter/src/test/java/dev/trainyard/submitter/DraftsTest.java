package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.submitter.Http.Answer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class DraftsTest {

    private static final String COMPOSE =
            "services:\n  train:\n    image: vision/resnet18\n    command: [python, main.py]\n";
    private static final String PARAMS =
            "zeta: float\nlr: {type: float, default: 0.1, min: 0, max: 1, help: learning rate}\namp: bool\n";

    private final TestServer server = new TestServer();
    private final Http http = server.http;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_draft_is_added_in_versions_shown_listed_and_removed() {
        Answer first = add("resnet18", COMPOSE, quoted(PARAMS));
        Answer again = add("resnet18", COMPOSE, quoted(PARAMS));
        Answer second = add("resnet18", COMPOSE + "    tty: true\n", quoted(PARAMS));

        assertThat(List.of(first, again, second)).extracting(Answer::status).containsExactly(201, 200, 201);
        assertThat(List.of(first, again, second))
                .extracting(each -> each.text("draft"))
                .containsExactly("resnet18@1", "resnet18@1", "resnet18@2");
        assertThat(http.get("/api/v1/drafts/resnet18@1").text("compose")).isEqualTo(COMPOSE);
        assertThat(http.get("/api/v1/drafts/resnet18").json().path("version").asInt())
                .isEqualTo(2);
        assertThat(http.get("/api/v1/drafts").json().path("drafts"))
                .singleElement()
                .satisfies(
                        each -> assertThat(each.path("parameters").toString()).isEqualTo("[\"zeta\",\"lr\",\"amp\"]"));
        assertThat(delete("/api/v1/drafts/resnet18").json().path("removed").toString())
                .isEqualTo("[\"resnet18@1\",\"resnet18@2\"]");
        assertThat(http.get("/api/v1/drafts/resnet18").status()).isEqualTo(404);
        assertThat(delete("/api/v1/drafts/resnet18").status()).isEqualTo(404);
    }

    @Test
    void declarations_may_be_an_object_whose_order_is_kept() {
        add("resnet18", COMPOSE, "{\"zeta\": \"int\", \"alpha\": {\"type\": \"choice\", \"values\": [\"a\"]}}");

        assertThat(http.get("/api/v1/drafts/resnet18").json().path("parameters").toString())
                .isEqualTo(
                        "[{\"name\":\"zeta\",\"type\":\"int\",\"required\":false},{\"name\":\"alpha\",\"type\":\"choice\",\"required\":false,\"values\":[\"a\"]}]");
    }

    @Test
    void a_bad_draft_is_refused_with_every_problem_of_both_files() {
        Answer answer = add("resnet18", "services: {train: {image: X}}", quoted("lr: flaot"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).isEqualTo("the draft has 2 problems");
        assertThat(answer.json().path("problems").valueStream())
                .extracting(problem -> problem.path("path").asString())
                .containsExactly("params:1:1 lr", "compose:1:20 services.train.image");
        assertThat(add("a b", COMPOSE, "null").text("detail")).contains("is not the name of a draft");
        assertThat(add("resnet18@2", COMPOSE, "null").text("detail")).contains("the server numbers the versions");
        assertThat(add("resnet18", COMPOSE, "3").text("detail")).startsWith("params: is neither");
        assertThat(http.post("/api/v1/drafts", "{\"name\": \"x\"}").text("detail"))
                .isEqualTo("compose: is missing");
    }

    @Test
    void a_draft_whose_source_is_not_stored_is_refused_with_where_to_put_it() {
        String source = "sha256:" + "0".repeat(64);

        Answer answer = http.post(
                "/api/v1/drafts",
                "{\"name\":\"x\",\"compose\":%s,\"source\":\"%s\"}".formatted(quoted(COMPOSE), source));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("PUT it to /api/v1/sources/" + source);
    }

    @Test
    void a_training_is_composed_published_and_found_by_its_links() {
        add("resnet18", COMPOSE, quoted(PARAMS));
        String id = Requests.newId();

        Answer started = http.post("/api/v1/trainings", """
                {"model": "resnet18", "params": {"amp": true, "--lr": 0.5}, "outputs": "/logs/run-7", "jobId": "%s",
                 "priority": 700, "retry": {"maxAttempts": 3}, "timeLimit": "8h"}""".formatted(id));

        assertThat(started.status()).isEqualTo(202);
        assertThat(started.text("jobId")).isEqualTo(id);
        assertThat(started.text("model")).isEqualTo("resnet18@1");
        assertThat(started.json().path("command").toString())
                .isEqualTo("[\"python\",\"main.py\",\"--lr\",\"0.5\",\"--amp\"]");
        String message = new String(
                TestKafka.shared().requestsOf(id).getFirst().value(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(message)
                .contains("\"draft\":\"resnet18@1\"", "\"outputs\":{\"location\":\"/logs/run-7\"}", "\"priority\":700")
                .doesNotContain("command");
        Answer job = http.get(started.json().at("/links/job").asString());
        assertThat(job.text("state")).isEqualTo("PUBLISHED");
        assertThat(job.text("name")).isEqualTo("resnet18");

        server.worker.accept(message);

        Answer training = http.get(started.json().at("/links/training").asString());
        assertThat(training.text("state")).isEqualTo("QUEUED");
        assertThat(training.text("model")).isEqualTo("resnet18@1");
        assertThat(training.json().path("params").toString()).isEqualTo("{\"amp\":true,\"--lr\":0.5}");
        assertThat(training.json().path("exitCode").isNull()).isTrue();
        Answer asked = http.get("/api/v1/jobs/" + id + "/request");
        assertThat(asked.text("draft")).isEqualTo("resnet18@1");
        assertThat(asked.json().path("params").toString()).isEqualTo("{\"amp\":true,\"--lr\":0.5}");
        assertThat(asked.json().at("/request/priority").asInt()).isEqualTo(700);
        String usual = Requests.newId();
        http.post("/api/v1/trainings", "{\"model\": \"resnet18\", \"jobId\": \"%s\"}".formatted(usual));
        server.worker.accept(new String(
                TestKafka.shared().requestsOf(usual).getFirst().value(), java.nio.charset.StandardCharsets.UTF_8));
        Answer defaults = http.get("/api/v1/jobs/" + usual + "/request");
        assertThat(defaults.json().path("params").toString()).isEqualTo("{\"lr\":\"0.1\"}");
        assertThat(defaults.json().path("defaults").toString()).isEqualTo("[\"lr\"]");
    }

    @Test
    void a_training_that_ended_tells_its_exit_code_and_where_its_outputs_are() {
        add("resnet18", COMPOSE, "null");
        String id = Requests.newId();
        http.post("/api/v1/trainings", "{\"model\": \"resnet18\", \"jobId\": \"%s\"}".formatted(id));
        server.worker.accept(new String(
                TestKafka.shared().requestsOf(id).getFirst().value(), java.nio.charset.StandardCharsets.UTF_8));

        var attempt = server.worker.start();
        server.worker.end(
                attempt, 3, new dev.trainyard.core.lifecycle.Retry.Final(dev.trainyard.core.lifecycle.JobState.FAILED));

        Answer training = http.get("/api/v1/trainings/" + id);
        assertThat(training.text("state")).isEqualTo("FAILED");
        assertThat(training.json().path("exitCode").asInt()).isEqualTo(3);
        assertThat(training.text("cause")).isEqualTo("PROGRAM_ERROR");
        assertThat(training.text("outputs")).startsWith("file://host-1/srv/outputs/");
    }

    @Test
    void parameters_that_do_not_fit_are_refused_all_at_once_and_nothing_is_published() {
        add("resnet18", COMPOSE, quoted(PARAMS));
        String id = Requests.newId();

        Answer answer = http.post("/api/v1/trainings", """
                {"model": "resnet18", "jobId": "%s", "params": {"lrr": 0.1, "lr": 3, "amp": "maybe"}}""".formatted(id));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("problems").valueStream())
                .extracting(problem -> problem.path("path").asString() + ": "
                        + problem.path("remedy").asString())
                .containsExactly(
                        "$.params.lrr: Did you mean 'lr'?",
                        "$.params.lr: Give a number from 0 to 1",
                        "$.params.amp: Give true or false");
        assertThat(TestKafka.shared().requestsOf(id)).isEmpty();
    }

    @Test
    void a_body_that_is_not_a_training_is_refused_with_the_remedy() {
        add("resnet18", COMPOSE, "null");

        assertThat(http.post("/api/v1/trainings", "{\"model\": \"resnet81\"}").text("detail"))
                .isEqualTo("there is no draft resnet81. Did you mean resnet18?");
        assertThat(http.post("/api/v1/trainings", "{}").text("detail")).startsWith("model: is missing");
        assertThat(http.post("/api/v1/trainings", "[]").text("detail")).startsWith("the body is not a JSON object");
        assertThat(http.post("/api/v1/trainings", "{").text("detail")).startsWith("the body is not valid JSON");
        assertThat(http.post("/api/v1/trainings", "{\"model\": \"resnet18\", \"image\": {}}")
                        .text("detail"))
                .contains("/api/v1/jobs");
        assertThat(http.post("/api/v1/trainings", "{\"model\": \"resnet18\", \"outputs\": \"logs\", \"prio\": 1}")
                        .json()
                        .path("problems")
                        .valueStream())
                .extracting(problem -> problem.path("path").asString())
                .containsExactlyInAnyOrder("$.outputs", "$.prio");
    }

    @Test
    void errors_in_the_body_and_in_the_parameters_are_reported_together() {
        add("resnet18", COMPOSE, quoted(PARAMS));

        assertThat(http.post(
                                "/api/v1/trainings",
                                "{\"model\": \"resnet18\", \"params\": {\"lrr\": 1}, \"output\": \"/logs/x\"}")
                        .json()
                        .path("problems")
                        .valueStream())
                .extracting(problem -> problem.path("path").asString())
                .containsExactlyInAnyOrder("$.output", "$.params.lrr");
    }

    @Test
    void a_parameter_with_a_dash_of_its_own_is_listed_with_it() {
        add("resnet18", COMPOSE, quoted("-b: int\nlr: float\n"));

        assertThat(http.get("/api/v1/drafts")
                        .json()
                        .path("drafts")
                        .path(0)
                        .path("parameters")
                        .toString())
                .isEqualTo("[\"-b\",\"lr\"]");
    }

    @Test
    void a_message_that_names_a_draft_is_published_byte_for_byte() {
        add("resnet18", COMPOSE, "null");
        String id = Requests.newId();
        String message = """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "draft": "resnet18", "params": {"b": 1, "a": 2}}""".formatted(id);

        assertThat(http.post("/api/v1/jobs", message).status()).isEqualTo(202);
        assertThat(TestKafka.shared().requestsOf(id).getFirst().value())
                .isEqualTo(message.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(http.post("/api/v1/jobs", message.replace("resnet18", "resnet19"))
                        .status())
                .isEqualTo(404);
    }

    private Answer add(String name, String compose, String params) {
        return http.post(
                "/api/v1/drafts",
                "{\"name\":%s,\"compose\":%s,\"params\":%s,\"by\":\"ada\"}"
                        .formatted(quoted(name), quoted(compose), params));
    }

    private Answer delete(String path) {
        return http.answer(http.request(path).DELETE());
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }
}
