package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.submitter.Http.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemsTest {

    private static final TestServer SERVER = new TestServer();
    private static final Http HTTP = SERVER.http;

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private static void assertProblem(Answer answer, int status, String detail) {
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.text("type")).isNotEmpty();
        assertThat(answer.text("title")).isNotEmpty();
        assertThat(answer.text("detail")).contains(detail);
    }

    @Test
    void every_wrong_request_is_answered_by_a_problem() {
        assertProblem(HTTP.get("/nowhere"), 404, "/api/v1");
        assertProblem(HTTP.get("/api/v1/jobs/not-a-uuid"), 400, "'not-a-uuid' is not a job id");
        assertProblem(HTTP.get("/api/v1/jobs/" + Requests.newId()), 404, "there is no job");
        assertProblem(HTTP.get("/api/v1/jobs?state=SLEEPING"), 400, "QUEUED");
        assertProblem(HTTP.get("/api/v1/jobs?limit=0"), 400, "between 1 and 1000");
        assertProblem(HTTP.get("/api/v1/jobs?limit=many"), 400, "many");
        assertProblem(HTTP.post("/api/v1/info", "{}"), 405, "GET");
        assertProblem(HTTP.post("/api/v1/jobs", "{\"schema\": "), 400, "");
        assertProblem(HTTP.post("/api/v1/sql", "{\"query\": "), 400, "not the JSON");
        assertProblem(HTTP.post("/api/v1/sql", "{\"qurey\": \"select 1\"}"), 400, "qurey");
        assertProblem(HTTP.post("/api/v1/sql", "{}"), 400, "query");
        String unknown = "/api/v1/jobs/" + Requests.newId();
        assertProblem(HTTP.post(unknown + "/hold", "{}"), 404, "accepted");
        assertProblem(HTTP.post(unknown + "/priority", "{\"priority\": 1001}"), 400, "1001");
        assertProblem(HTTP.post(unknown + "/priority", "{}"), 400, "priority");
    }

    @Test
    void a_query_parameter_that_is_not_known_is_refused_with_the_nearest_name_everywhere() {
        assertProblem(
                HTTP.get("/api/v1/jobs?offset=2"),
                400,
                "it takes: after, by, id, label, limit, name, since, state, team");
        assertProblem(
                HTTP.get("/api/v1/jobs?stat=QUEUED"),
                400,
                "there is no query parameter 'stat' here. Did you mean state?");
        assertProblem(HTTP.get("/api/v1/queue?Limit=3"), 400, "Did you mean limit?");
        assertProblem(HTTP.get("/api/v1/info?verbose"), 400, "it takes none");
        assertProblem(HTTP.post("/api/v1/sql?limit=3", "{\"query\": \"select 1\"}"), 400, "it takes none");
        assertProblem(HTTP.get("/api/v1/jobs/" + Requests.newId() + "/log?folow=true"), 400, "Did you mean follow?");
    }

    @Test
    void the_words_of_a_command_are_as_short_as_those_of_a_message() {
        String job = "/api/v1/jobs/" + Requests.newId();
        assertProblem(
                HTTP.post(job + "/hold", "{\"reason\": \"%s\"}".formatted("x".repeat(1_001))),
                400,
                "reason: has 1,001 characters. Give at most 1,000");
        assertProblem(HTTP.post(job + "/cancel", "{\"by\": \"%s\"}".formatted("x".repeat(201))), 400, "at most 200");
    }

    @Test
    void who_does_something_has_a_name_of_bounded_length_everywhere() {
        String by = "x".repeat(201);
        String body = "{\"by\": \"%s\"}".formatted(by);
        String problem = "by: has 201 characters. Give at most 200";
        assertProblem(HTTP.post("/api/v1/workers/gpu-1/forget", body), 400, problem);
        assertProblem(HTTP.post("/api/v1/jobs/" + Requests.newId() + "/cancel", body), 400, problem);
        assertProblem(
                HTTP.post("/api/v1/drafts", "{\"name\": \"a\", \"compose\": \"x\", \"by\": \"%s\"}".formatted(by)),
                400,
                problem);
        assertProblem(HTTP.answer(HTTP.request("/api/v1/drafts/a?by=" + by).DELETE()), 400, problem);
        assertProblem(HTTP.get("/api/v1/jobs?by=" + by), 400, problem);
    }

    @Test
    void a_query_parameter_without_a_value_or_given_too_often_is_refused() {
        for (String empty : List.of("state", "limit", "team", "label", "after", "since", "id", "by", "name")) {
            assertProblem(HTTP.get("/api/v1/jobs?" + empty + "="), 400, empty + " has no value");
        }
        assertProblem(HTTP.get("/api/v1/jobs?limit=%20"), 400, "limit has no value");
        assertProblem(HTTP.get("/api/v1/jobs?state=QUEUED&state="), 400, "state has no value");
        assertProblem(HTTP.get("/api/v1/jobs?label=%3Dy"), 400, "label: '=y' has no name");
        assertProblem(HTTP.get("/api/v1/jobs?limit=1&limit=2"), 400, "limit is given 2 times");
        assertProblem(HTTP.get("/api/v1/jobs?team=a&team=b"), 400, "team is given 2 times");
        assertThat(HTTP.get("/api/v1/jobs?state=QUEUED&state=HELD&label=a&label=b=")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            priority | {"priority": 5.7}              | priority: is not a whole number
            priority | {"priority": "5"}              | priority: is not a whole number
            priority | {"priority": 99999999999}      | priority: is too large
            priority | {"priority": 1, "priority": 2} | Duplicate
            priority | {"priority": 1} {}             | something follows
            cancel   | {"bye": "ada"}                 | there is no field 'bye' here. Did you mean by?
            cancel   | {"zzzzz": 1}                   | known fields: by, force, reason
            cancel   | {"force": "true"}              | force: is not true or false
            cancel   | {"by": ["ada"]}                | by: is not text
            cancel   | {"by": 5}                      | by: is not text
            cancel   | []                             | is not an object
            cancel   | "x"                            | is not an object
            cancel   | null                           | it is missing
            """)
    void a_body_is_taken_as_it_is_written_or_refused_in_words_of_the_interface(
            String command, String body, String detail) {
        Answer answer = HTTP.post("/api/v1/jobs/" + Requests.newId() + "/" + command, body);

        assertProblem(answer, 400, detail);
        assertThat(answer.text("detail")).doesNotContain("dev.trainyard", "java.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\r\n\t "})
    void a_body_of_white_space_says_nothing_whether_its_length_is_told_or_not(String nothing) {
        String cancel = "/api/v1/jobs/" + Requests.newId() + "/cancel";
        byte[] bytes = nothing.getBytes(StandardCharsets.UTF_8);
        for (BodyPublisher body : List.of(
                BodyPublishers.ofByteArray(bytes),
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)))) {
            assertThat(HTTP.answer(HTTP.request(cancel).POST(body)).text("result"))
                    .isEqualTo("REMEMBERED");
        }
        String spaced = nothing + "{\"by\": \"ada\"}";
        assertThat(HTTP.answer(HTTP.request(cancel)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofInputStream(
                                        () -> new ByteArrayInputStream(spaced.getBytes(StandardCharsets.UTF_8)))))
                        .text("result"))
                .isEqualTo("REMEMBERED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/jobs?team=%00",
                "GET /api/v1/jobs?team=%ff",
                "GET /api/v1/jobs?limit=%00",
                "DELETE /api/v1/drafts/bert?by=%00",
                "GET /api/v1/drafts/a%00b",
                "GET /api/v1/jobs/%00",
                "POST /api/v1/workers/a%00b/forget {}",
                "POST /api/v1/workers/gpu-1/forget {'by': '\\u0000'}",
                "POST /api/v1/workers/gpu-1/release-name {'name': 'a\\u0000'}",
                "POST /api/v1/workers/gpu-1/release-name {'name': 'x', 'team': '\\ud800'}",
                "POST /api/v1/jobs/0198c2f4-6d0a-7c3b-9f51-3f0b6a1d2e4c/cancel {'by': 'a\\u0000'}",
                "POST /api/v1/jobs/0198c2f4-6d0a-7c3b-9f51-3f0b6a1d2e4c/hold {'reason': 'a\\ud800'}",
                "POST /api/v1/sql {'query': 'select \\u0000'}",
                "POST /api/v1/sql {'query': 'select \\udc00'}",
                "POST /api/v1/drafts {'name': 'x', 'by': '\\u0000', 'compose': 'services: {a: {image: x}}'}",
                "POST /api/v1/drafts {'name': 'x', 'compose': 'services: {a: {image: \\u0000}}'}",
                "POST /api/v1/drafts {'name': 'x', 'params': {'a\\u0000': {'type': 'int'}}, 'compose': 'services: {a: {image: x}}'}",
                "POST /api/v1/trainings {'model': 'a\\u0000'}",
                "POST /api/v1/jobs {'schema': 'trainyard.request/v1', 'name': 'a\\u0000'}",
            })
    void text_that_cannot_be_stored_is_refused_wherever_it_comes_in(String request) {
        String[] words = request.split(" ", 3);
        String body = words.length < 3 ? "" : words[2].replace('\'', '"');

        Answer answer = HTTP.answer(HTTP.request(words[1])
                .header("Content-Type", "application/json")
                .method(words[0], BodyPublishers.ofString(body)));

        assertThat(answer.status()).isIn(400, 404);
        assertThat(answer.text("detail")).isNotEmpty();
    }

    @Test
    void a_request_that_tomcat_refuses_also_gets_a_problem_document() throws IOException {
        try (Socket socket =
                new Socket(SERVER.server.uri().getHost(), SERVER.server.uri().getPort())) {
            socket.getOutputStream()
                    .write("GET /a|b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("application/problem+json")
                    .contains("\"detail\"");
        }
    }

    @Test
    void foreign_web_pages_are_kept_out() throws IOException {
        String origin = "https://evil.example";
        assertProblem(
                HTTP.answer(
                        HTTP.request("/api/v1/jobs").header("Origin", origin).GET()),
                403,
                origin);
        // A form of any page may send this without asking first.
        assertProblem(
                HTTP.answer(HTTP.request("/api/v1/sql")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{\"query\": \"select 1\"}"))),
                415,
                "text/plain");
        try (Socket socket =
                new Socket(SERVER.server.uri().getHost(), SERVER.server.uri().getPort())) {
            socket.getOutputStream()
                    .write("GET /api/v1/info HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void a_post_without_a_body_is_accepted_and_does_not_let_a_foreign_page_in() {
        String job = "/api/v1/jobs/" + Requests.newId();
        assertThat(HTTP.answer(HTTP.request(job + "/cancel").POST(BodyPublishers.noBody()))
                        .text("result"))
                .isEqualTo("REMEMBERED");
        String form = "application/x-www-form-urlencoded";
        for (String command : List.of("/hold", "/release")) {
            assertProblem(
                    HTTP.answer(HTTP.request(job + command)
                            .header("Content-Type", form)
                            .POST(BodyPublishers.ofString(""))),
                    404,
                    "no job");
        }
        assertProblem(HTTP.answer(HTTP.request(job + "/priority").POST(BodyPublishers.noBody())), 400, "priority");
        assertProblem(HTTP.answer(HTTP.request("/api/v1/sql").POST(BodyPublishers.noBody())), 400, "query");
        assertProblem(
                HTTP.answer(HTTP.request("/api/v1/workers/gpu-99/forget").POST(BodyPublishers.noBody())),
                404,
                "gpu-99");
        assertProblem(
                HTTP.answer(HTTP.request("/api/v1/workers/gpu-99/release-name").POST(BodyPublishers.noBody())),
                400,
                "name is missing");
        assertProblem(
                HTTP.post("/api/v1/workers/gpu-99/release-name", "{\"name\": \"x:1\"}"),
                404,
                "no build of a job without a team gave the name x:1 on worker gpu-99");
        assertProblem(HTTP.answer(HTTP.request("/api/v1/jobs").POST(BodyPublishers.noBody())), 400, "problems");
        assertProblem(HTTP.answer(HTTP.request("/api/v1/trainings").POST(BodyPublishers.noBody())), 400, "model");
        assertProblem(HTTP.answer(HTTP.request("/api/v1/drafts").POST(BodyPublishers.noBody())), 400, "name");

        assertProblem(
                HTTP.answer(HTTP.request(job + "/cancel")
                        .header("Content-Type", form)
                        .POST(BodyPublishers.ofString("by=ada"))),
                415,
                "Content-Type: application/json");
        assertProblem(
                HTTP.answer(HTTP.request(job + "/cancel")
                        .header("Origin", "https://evil.example")
                        .POST(BodyPublishers.noBody())),
                403,
                "evil.example");
        assertProblem(
                HTTP.answer(
                        HTTP.request(job + "/cancel").header("Origin", "null").POST(BodyPublishers.noBody())),
                403,
                "null");
        for (String site : List.of("cross-site", "same-site")) {
            assertProblem(
                    HTTP.answer(HTTP.request(job + "/cancel")
                            .header("Sec-Fetch-Site", site)
                            .POST(BodyPublishers.noBody())),
                    403,
                    site);
        }
    }

    @Test
    void the_server_tells_where_everything_is_and_how_it_is() {
        Answer info = HTTP.get("/api/v1/info");

        assertThat(info.text("kafka")).isEqualTo(TestKafka.shared().bootstrapServers());
        assertThat(info.text("postgresUrl"))
                .isEqualTo("postgresql://trainyard_reader@localhost:%d/%s"
                        .formatted(SERVER.postgres.port(), SERVER.postgres.database()));
        assertThat(info.text("rest")).isEqualTo(SERVER.server.uri().toString());
        assertThat(info.json().has("outputsRoot")).isTrue();
        assertThat(info.text("version")).isNotEmpty();
        assertThat(HTTP.get("/api/v1/health").json().toString())
                .startsWith("{\"postgres\":\"UP\",\"kafka\":\"UP\",\"hosts\":{");
        assertThat(HTTP.get("/api/v1/schemas/trainyard.request.v1").text("title"))
                .isEqualTo("trainyard.request/v1");
    }
}
