package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.JobId;
import java.sql.DriverManager;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of two attempts of a host that lead to one place by different names, one goes on: each begins, then looks who has begun before. */
class SamePlaceTest {

    private static final String PLACE = "file://host/logs/real";

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    /** @param steps A and B begin, then a and b look */
    @ParameterizedTest
    @ValueSource(strings = {"AaBb", "ABab", "ABba", "BAab", "BAba", "BbAa"})
    void exactly_one_of_two_attempts_continues_in_any_order_of_steps(String steps) {
        Incarnation one = yard.register(AWorker.named("gpu-1").boot("here"));
        Incarnation other = yard.register(AWorker.named("gpu-2").boot("here").engine("engine-2"));
        for (boolean smallerIsA : List.of(true, false)) {
            List<AttemptId> ids = Stream.of("/logs/a", "/logs/b")
                    .map(name -> yard.submit(ARequest.named("mnist").outputsAt(name)))
                    .toList()
                    .stream()
                    .map(this::placed)
                    .sorted(Comparator.comparing(AttemptId::value))
                    .toList();
            List<AttemptId> roles = smallerIsA ? ids : ids.reversed();

            long goOn = steps.chars()
                    .filter(step -> {
                        AttemptId attempt = roles.get(Character.toUpperCase(step) - 'A');
                        Incarnation me = yard.workerOf(attempt).equals(one.worker()) ? one : other;
                        if (Character.isUpperCase(step)) {
                            yard.attempts.begin(me, attempt, PLACE);
                            return false;
                        }
                        return goesOn(me, attempt);
                    })
                    .count();

            assertThat(goOn).as("smaller id is A: %s", smallerIsA).isOne();
            for (AttemptId attempt : ids) {
                Attempt ends = yard.attempt(attempt);
                Incarnation me = yard.workerOf(attempt).equals(one.worker()) ? one : other;
                yard.attempts.failed(me, attempt, yard.end(Cause.START_FAILED, ends.jobId()));
            }
        }
    }

    @Test
    void an_attempt_that_begins_during_the_begin_of_another_of_the_host_begins_after_it() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2));
        JobId slow = yard.submit(ARequest.named("slow").outputsAt("/logs/a"));
        JobId quick = yard.submit(ARequest.named("quick").outputsAt("/logs/b"));
        AttemptId first = placed(slow);
        AttemptId second = placed(quick);
        Future<Outcome> beginning;
        Future<Outcome> next;
        try (var other =
                DriverManager.getConnection(TestPostgres.asSuperuser(yard.url).jdbc(), "postgres", "")) {
            other.setAutoCommit(false);
            other.createStatement().execute("select from trainyard.job where id = '" + slow + "' for update");
            beginning = yard.async(() -> yard.attempts.begin(me, first, PLACE));
            Await.until(() -> waiting() == 1);
            next = yard.async(() -> yard.attempts.begin(me, second, PLACE));
            Await.until(() -> waiting() == 2 || next.isDone());

            assertThat(next.isDone()).isFalse();
        }
        beginning.get();
        next.get();

        assertThat(goesOn(me, first)).isTrue();
        assertThat(goesOn(me, second)).isFalse();
    }

    private long waiting() {
        return yard.texts("select pid::text from pg_locks where not granted").size();
    }

    private AttemptId placed(JobId job) {
        if (yard.state(job).equals("QUEUED")) {
            yard.plan();
        }
        return yard.liveAttempt(job);
    }

    private boolean goesOn(Incarnation me, AttemptId attempt) {
        return yard.workers.hostUse(me).before(attempt).stream().noneMatch(writer -> PLACE.equals(writer.location()));
    }
}
