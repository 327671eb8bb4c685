package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.submitter.SseReader.Event;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogTest {

    private final TestServer server = new TestServer();
    private final TestWorker worker = server.worker;
    private final String id = Requests.newId();
    private final String log = "/api/v1/jobs/" + id + "/log";

    @AfterEach
    void stop() {
        server.close();
    }

    private SseReader open(String path) {
        return new SseReader(server.http.open(server.http.request(path)).body());
    }

    @Test
    void a_follower_sees_a_job_from_its_publication_over_a_retry_to_its_end() {
        server.http.post("/api/v1/jobs", Requests.named(id, "digits"));
        try (SseReader events = open(log + "?follow=true")) {
            assertThat(state(events)).isEqualTo("PUBLISHED");

            worker.accept(Requests.named(id, "digits"));
            assertThat(state(events)).isEqualTo("QUEUED");

            AttemptId first = worker.start();
            assertThat(events.next(event ->
                                    event.data().at("/attempt/state").asString().equals("RUNNING"))
                            .name())
                    .isEqualTo("state");
            worker.log(first, "epoch 1\n");
            Event line = events.next("log");
            assertThat(line.text()).isEqualTo("epoch 1\n");
            assertThat(line.id()).isEqualTo("1:1");
            assertThat(line.data().path("source").asString()).isEqualTo("CONTAINER");

            worker.log(first, "Traceback\n");
            worker.end(first, 1, TestWorker.retryAtOnce());
            AttemptId second = worker.start();
            worker.log(second, "epoch 1 again\n");
            assertThat(events.next("log").text()).isEqualTo("Traceback\n");
            Event again = events.next("log");
            assertThat(again.text()).isEqualTo("epoch 1 again\n");
            assertThat(again.id()).isEqualTo("2:1");

            worker.log(second, "done\n");
            worker.end(second, 0, new Retry.Final(JobState.SUCCEEDED));
            List<Event> rest = events.rest();
            assertThat(rest.stream().filter(event -> event.name().equals("log")).map(Event::text))
                    .containsExactly("done\n");
            assertThat(rest.getLast().name()).isEqualTo("end");
            assertThat(rest.getLast().data().path("state").asString()).isEqualTo("SUCCEEDED");
            assertThat(rest.getLast().data().at("/attempt/exitCode").asInt()).isZero();
        }
    }

    private List<String> told(String query) {
        try (SseReader events = open(log + query)) {
            return events.rest().stream()
                    .filter(event -> event.name().equals("log"))
                    .map(Event::text)
                    .toList();
        }
    }

    @Test
    void the_words_of_a_build_are_told_when_they_are_asked_for_or_when_no_image_came_of_it() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId failed = worker.reserve();
        worker.begin(failed);
        worker.build(failed, "Step 1\nno such file\n");
        assertThat(told("?build=failed")).isEmpty();
        worker.fail(failed, Cause.IMAGE_BUILD_FAILED, TestWorker.retryAtOnce());
        AttemptId second = worker.reserve();
        worker.begin(second);
        worker.build(second, "Step 1\nbuilt\n");
        worker.started(second);
        worker.log(second, "epoch 1\nepoch 2\n");
        worker.log(second, "epoch 3\nepo");
        worker.log(second, "ch 4\n");

        assertThat(told("")).hasSize(5);
        assertThat(told("?build=failed"))
                .containsExactly("Step 1\nno such file\n", "epoch 1\nepoch 2\n", "epoch 3\nepo", "ch 4\n");
        assertThat(told("?build=never")).containsExactly("epoch 1\nepoch 2\n", "epoch 3\nepo", "ch 4\n");
        assertThat(told("?build=failed&tail=3")).containsExactly("epoch 2\n", "epoch 3\nepo", "ch 4\n");
        assertThat(told("?build=failed&tail=2")).containsExactly("epoch 3\nepo", "ch 4\n");
        assertThat(told("?build=failed&tail=1")).containsExactly("epo", "ch 4\n");
        assertThat(told("?build=failed&tail=0")).isEmpty();
        assertThat(told("?build=failed&tail=5"))
                .containsExactly("no such file\n", "epoch 1\nepoch 2\n", "epoch 3\nepo", "ch 4\n");
        assertThat(told("?build=failed&tail=999")).hasSize(4);
        assertThat(told("?attempt=1&build=failed&tail=1")).containsExactly("no such file\n");
        assertThat(told("?since=2100-01-01T00:00:00Z")).isEmpty();
        for (String wrong : List.of("build=sometimes", "tail=-1", "tail=x", "since=soon")) {
            assertThat(server.http.get(log + "?" + wrong).status()).as(wrong).isEqualTo(400);
        }
    }

    @Test
    void a_follower_gets_the_words_of_a_build_when_it_has_failed() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId failed = worker.reserve();
        worker.begin(failed);
        worker.build(failed, "no such file\n");
        try (SseReader events = open(log + "?follow=true&build=failed")) {
            events.next("state");
            worker.fail(failed, Cause.IMAGE_BUILD_FAILED, new Retry.Final(JobState.FAILED));

            assertThat(events.rest().stream()
                            .filter(event -> event.name().equals("log"))
                            .map(Event::text))
                    .containsExactly("no such file\n");
        }
    }

    private static String state(SseReader events) {
        return events.next("state").data().path("state").asString();
    }

    @Test
    void without_following_all_that_is_stored_comes_in_order_and_the_stream_ends() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId attempt = worker.start();
        IntStream.rangeClosed(1, 170).forEach(n -> worker.log(attempt, n + "\n"));

        try (SseReader events = open(log)) {
            List<Event> all = events.rest();

            assertThat(all.stream().filter(event -> event.name().equals("log")).map(Event::text))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 170)
                            .mapToObj(n -> n + "\n")
                            .toList());
            assertThat(all.getLast().name()).isEqualTo("end");
            assertThat(all.getLast().data().path("state").asString()).isEqualTo("RUNNING");
        }
    }

    @Test
    void the_verdict_comes_after_the_last_line() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId first = worker.start();
        IntStream.rangeClosed(1, 60).forEach(n -> worker.log(first, n + "\n"));
        worker.end(first, 1, TestWorker.retryAtOnce());
        AttemptId second = worker.start();
        IntStream.rangeClosed(61, 120).forEach(n -> worker.log(second, n + "\n"));
        worker.end(second, 0, new Retry.Final(JobState.SUCCEEDED));

        for (String path : List.of(log, log + "?follow=true")) {
            try (SseReader events = open(path)) {
                List<Event> all = events.rest();

                assertThat(all.stream().map(Event::name).limit(120)).containsOnly("log");
                assertThat(all.stream().map(Event::name).skip(120)).containsExactly("state", "end");
            }
        }
    }

    @Test
    void a_reader_goes_on_after_the_last_event_it_has() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId first = worker.start();
        worker.log(first, "one\n");
        worker.log(first, "two\n");
        worker.end(first, 1, TestWorker.retryAtOnce());
        AttemptId second = worker.start();
        worker.log(second, "three\n");
        worker.end(second, 0, new Retry.Final(JobState.SUCCEEDED));

        assertThat(texts(log + "?follow=true", "1:1")).containsExactly("two\n", "three\n");
        assertThat(texts(log, "2:1")).isEmpty();
    }

    private List<String> texts(String path, String lastEventId) {
        try (SseReader events = new SseReader(server.http
                .open(server.http.request(path).header("Last-Event-ID", lastEventId))
                .body())) {
            return events.rest().stream()
                    .filter(event -> event.name().equals("log"))
                    .map(Event::text)
                    .toList();
        }
    }

    @Test
    void one_attempt_may_be_read_alone() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId first = worker.start();
        worker.log(first, "one\n");
        worker.end(first, 1, TestWorker.retryAtOnce());
        AttemptId second = worker.start();
        worker.log(second, "two\n");

        try (SseReader events = open(log + "?attempt=1&follow=true")) {
            List<Event> all = events.rest();
            assertThat(all.stream().filter(event -> event.name().equals("log")).map(Event::text))
                    .containsExactly("one\n");
            assertThat(all.getLast().data().path("state").asString()).isEqualTo("RUNNING");
        }
        assertThat(server.http.get(log + "?attempt=3").status()).isEqualTo(404);
    }

    @Test
    void a_server_that_stops_ends_its_streams_without_an_end_event() {
        worker.accept(Requests.named(id, "digits"));
        try (SseReader events = open(log + "?follow=true")) {
            assertThat(state(events)).isEqualTo("QUEUED");

            server.server.close();

            assertThat(events.next()).isNull();
        }
    }

    @Test
    void many_followers_share_the_few_connections_to_the_database() {
        worker.accept(Requests.named(id, "digits"));
        AttemptId attempt = worker.start();
        List<SseReader> followers =
                IntStream.range(0, 40).mapToObj(n -> open(log + "?follow=true")).toList();

        worker.log(attempt, "to all\n");

        for (SseReader follower : followers) {
            assertThat(follower.next("log").text()).isEqualTo("to all\n");
            follower.close();
        }
    }

    @Test
    void the_log_of_an_unknown_job_is_a_problem_and_no_stream() {
        assertThat(server.http.get(log + "?follow=true").status()).isEqualTo(404);
        assertThat(Objects.requireNonNull(server.http.get(log).text("detail"))).contains(id);
    }
}
