package dev.trainyard.submitter.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PublishedRequestsTest {

    private final PublishedRequests requests = new PublishedRequests();

    private static Request.Submit request(String jobId, int charactersOfLabels) {
        String label = "x".repeat(charactersOfLabels / 4);
        return (Request.Submit) RequestCodec.decode("""
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%1$s", "name": "a", "labels": {"a": "%2$s", "b": "%2$s", "c": "%2$s", "d": "%2$s"},
                 "image": {"reference": "busybox"}, "run": {}}""".formatted(jobId, label).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void the_newest_ten_thousand_are_kept() {
        Request.Submit first = request(UUID.randomUUID().toString(), 4);
        requests.remember(first);
        for (int i = 0; i < 10_000; i++) {
            requests.remember(request(UUID.randomUUID().toString(), 4));
        }

        assertThat(requests.find(first.jobId())).isEmpty();
        assertThat(requests.newest(_ -> true, Integer.MAX_VALUE)).hasSize(10_000);
    }

    @Test
    void fewer_are_kept_if_their_labels_are_large() {
        JobId newest = null;
        for (int i = 0; i < 2_000; i++) {
            Request.Submit request = request(UUID.randomUUID().toString(), 16_000);
            newest = request.jobId();
            requests.remember(request);
        }

        assertThat(requests.newest(_ -> true, Integer.MAX_VALUE)).hasSizeBetween(400, 600);
        assertThat(requests.find(newest)).isPresent();
    }

    @Test
    void a_request_that_is_published_again_counts_once() {
        Request.Submit again = request(UUID.randomUUID().toString(), 16_000);
        for (int i = 0; i < 2_000; i++) {
            requests.remember(again);
        }

        Request.Submit other = request(UUID.randomUUID().toString(), 16_000);
        requests.remember(other);

        assertThat(requests.newest(_ -> true, 10)).hasSize(2);
    }
}
