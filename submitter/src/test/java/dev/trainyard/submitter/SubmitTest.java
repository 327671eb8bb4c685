package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.submitter.Http.Answer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SubmitTest {

    private static final TestServer SERVER = new TestServer();
    private static final Http HTTP = SERVER.http;

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @Test
    void a_request_is_published_byte_for_byte_under_its_job_id() {
        String id = Requests.newId();
        String request = Requests.named(id, "digits");

        Answer answer = HTTP.post("/api/v1/jobs", request);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("jobId")).isEqualTo(id);
        assertThat(answer.text("state")).isEqualTo("PUBLISHED");
        List<ConsumerRecord<String, byte[]>> published = TestKafka.shared().requestsOf(id);
        assertThat(published).hasSize(1);
        assertThat(published.getFirst().value()).isEqualTo(request.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_published_job_is_known_at_once() {
        String id = Requests.newId();
        HTTP.post("/api/v1/jobs", Requests.named(id, "digits"));

        Answer job = HTTP.get("/api/v1/jobs/" + id);

        assertThat(job.status()).isEqualTo(200);
        assertThat(job.text("state")).isEqualTo("PUBLISHED");
        assertThat(job.text("name")).isEqualTo("digits");
        assertThat(job.text("team")).isEqualTo("vision");
    }

    @Test
    void a_request_with_several_faults_is_refused_with_all_of_them() {
        Answer answer = HTTP.post("/api/v1/jobs", """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "nmae": "digits", "priority": 5000,
                 "image": {"reference": "busybox"}, "run": {}}""".formatted(Requests.newId()));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.json()
                        .path("problems")
                        .valueStream()
                        .map(problem -> problem.path("path").asString()))
                .contains("$.nmae", "$.priority", "$.name");
        assertThat(answer.json().path("problems").valueStream())
                .allSatisfy(
                        problem -> assertThat(problem.path("remedy").asString()).isNotEmpty());
    }

    @Test
    void values_of_variables_are_never_repeated() {
        Answer answer = HTTP.post("/api/v1/jobs", """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "digits",
                 "image": {"reference": "busybox"}, "run": {"environment": {"API_TOKEN": 31415926}}}""".formatted(Requests.newId()));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().toString()).contains("API_TOKEN").doesNotContain("31415926");
    }

    @Test
    void a_request_whose_source_is_not_stored_is_refused_with_where_to_put_it() {
        String source = "sha256:" + "0".repeat(64);

        Answer answer = HTTP.post("/api/v1/jobs", Requests.built(Requests.newId(), source));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("PUT it to /api/v1/sources/" + source);
    }

    @Test
    void other_content_under_the_id_of_an_accepted_job_is_refused_with_both_digests() {
        String id = Requests.newId();
        SERVER.worker.accept(Requests.named(id, "digits"));

        Answer answer = HTTP.post("/api/v1/jobs", Requests.named(id, "letters"));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).containsPattern("sha256:[0-9a-f]{64}.*sha256:[0-9a-f]{64}");
        assertThat(TestKafka.shared().requestsOf(id)).isEmpty();
    }

    @Test
    void the_same_content_may_be_published_again() {
        String id = Requests.newId();
        SERVER.worker.accept(Requests.named(id, "digits"));

        Answer answer = HTTP.post("/api/v1/jobs", Requests.named(id, "digits"));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(HTTP.get("/api/v1/jobs/" + id).text("state")).isEqualTo("QUEUED");
    }

    @Test
    void a_cancellation_is_pointed_to_its_own_place() {
        Answer answer = HTTP.post("/api/v1/jobs", """
                {"schema": "trainyard.request/v1", "kind": "cancel", "jobId": "%s"}""".formatted(Requests.newId()));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).contains("/cancel");
    }

    @Test
    void a_request_of_more_than_a_mebibyte_is_refused() {
        String request = Requests.named(Requests.newId(), "digits");

        Answer answer = HTTP.post("/api/v1/jobs", request + " ".repeat(1 << 20));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().toString()).contains("more than the 1,048,576 allowed");
    }

    @Test
    void a_request_of_nearly_a_mebibyte_is_published() {
        String id = Requests.newId();
        String request = Requests.named(id, "digits");

        Answer answer = HTTP.post("/api/v1/jobs", request + " ".repeat((1 << 20) - request.length()));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(TestKafka.shared().requestsOf(id)).hasSize(1);
    }
}
