package dev.trainyard.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.launch.Beat.AfterFailure;
import dev.trainyard.launch.Beat.Look;
import dev.trainyard.launch.Beat.Next;
import dev.trainyard.launch.Beat.Telling;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BeatTest {

    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final AfterFailure SECOND = AfterFailure.always(Duration.ofSeconds(1));
    private static final Look WELL = () -> Next.in(PAUSE);
    private static final Look IDLE = () -> Next.untriedIn(PAUSE);
    private static final Look AWAY = () -> {
        throw new IOException("away");
    };
    private static final Look BROKEN = () -> {
        throw new IllegalStateException("broken");
    };

    private final PassingClock clock = new PassingClock();
    private final List<String> told = new ArrayList<>();

    private final Telling telling =
            Telling.of(failure -> told.add(String.valueOf(failure.getMessage())), () -> told.add("again"));

    /** One look after the other; then it is over. */
    private static Look each(Look... looks) {
        Deque<Look> left = new ArrayDeque<>(List.of(looks));
        return () -> left.isEmpty() ? Next.OVER : left.remove().look();
    }

    private void run(AfterFailure afterFailure, Telling telling, Look... looks) {
        new Beat(each(looks), afterFailure, telling, clock).run();
    }

    private static List<Duration> seconds(int... seconds) {
        return Arrays.stream(seconds).mapToObj(Duration::ofSeconds).toList();
    }

    @Test
    void looks_at_once_and_again_after_the_pause_that_each_look_asks_for() {
        run(SECOND, telling, WELL, () -> Next.in(Duration.ofSeconds(2)), WELL);

        assertThat(clock.slept).isEqualTo(seconds(5, 2, 5));
    }

    @Test
    void a_look_that_asks_for_no_pause_is_followed_by_the_next() {
        run(SECOND, telling, () -> Next.in(Duration.ZERO), WELL);

        assertThat(clock.slept).isEqualTo(seconds(5));
    }

    @Test
    void looks_sooner_after_a_failure() {
        run(SECOND, telling, AWAY, BROKEN, WELL, AWAY);

        assertThat(clock.slept).isEqualTo(seconds(1, 1, 5, 1));
    }

    @Test
    void the_pause_after_failures_in_a_row_doubles_up_to_the_longest() {
        AfterFailure longer = new AfterFailure(Duration.ofSeconds(1), Duration.ofSeconds(10));

        run(longer, telling, AWAY, AWAY, AWAY, AWAY, AWAY, AWAY, WELL, AWAY);

        assertThat(clock.slept).isEqualTo(seconds(1, 2, 4, 8, 10, 10, 5, 1));
    }

    @Test
    void reports_a_failure_once_and_its_end_once() {
        run(SECOND, telling, WELL, AWAY, AWAY, AWAY, WELL, WELL, AWAY, WELL);

        assertThat(told).containsExactly("away", "again", "away", "again");
    }

    @Test
    void a_look_with_nothing_to_try_does_not_end_a_failure() {
        run(SECOND, telling, AWAY, IDLE, AWAY, IDLE, WELL);

        assertThat(told).containsExactly("away", "again");
        assertThat(clock.slept).isEqualTo(seconds(1, 5, 1, 5, 5));
    }

    @Test
    void a_failure_that_was_not_reported_is_offered_again_and_has_no_reported_end() {
        Telling broken = Telling.of(
                failure -> failure instanceof IllegalStateException && told.add("broken"), () -> told.add("again"));

        run(SECOND, broken, AWAY, WELL, AWAY, BROKEN, BROKEN, WELL);

        assertThat(told).containsExactly("broken", "again");
    }

    @Test
    void says_how_many_looks_have_failed_in_a_row() {
        Telling third = new Telling() {
            @Override
            public boolean failing(Exception failure, int inARow) {
                return inARow == 3 && told.add("failed " + inARow);
            }

            @Override
            public void again() {
                told.add("again");
            }
        };

        run(SECOND, third, AWAY, AWAY, WELL, AWAY, AWAY, AWAY, AWAY, WELL);

        assertThat(told).containsExactly("failed 3", "again");
    }

    @Test
    void failures_of_two_kinds_are_told_each_and_end_together() {
        Telling kinds = new Telling() {
            @Override
            public boolean failing(Exception failure, int inARow) {
                return told.add(String.valueOf(failure.getMessage()));
            }

            @Override
            public void again() {
                told.add("again");
            }

            @Override
            public String kind(Exception failure) {
                return failure.getClass().getSimpleName();
            }
        };

        run(SECOND, kinds, AWAY, BROKEN, AWAY, BROKEN, WELL);

        assertThat(told).containsExactly("away", "broken", "again");
    }

    @Test
    @Timeout(20)
    void closing_interrupts_the_current_look_and_does_not_report_the_resulting_failure() throws InterruptedException {
        CountDownLatch looking = new CountDownLatch(1);
        Beat beat = new Beat(
                        () -> {
                            looking.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                // As libraries do: the interrupt is gone, and the error is theirs.
                                throw new IOException("connection closed", e);
                            }
                            return Next.OVER;
                        },
                        SECOND,
                        telling,
                        MonotonicClock.SYSTEM)
                .start(Thread.ofVirtual());
        looking.await();

        beat.close();

        assertThat(told).isEmpty();
    }

    @Test
    @Timeout(20)
    void closing_ends_a_pause() throws InterruptedException {
        Beat beat =
                new Beat(WELL, SECOND, telling, MonotonicClock.SYSTEM).startIn(Duration.ofDays(1), Thread.ofVirtual());

        beat.close();

        assertThat(told).isEmpty();
    }

    @Test
    void an_interrupt_ends_it_and_is_left_to_the_caller() {
        run(SECOND, telling, WELL, () -> {
            throw new InterruptedException();
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void rare_work_is_due_at_the_first_look_and_after_its_pause() {
        Seldom seldom = new Seldom(clock);
        Look look = () -> {
            seldom.ifDue(() -> {
                told.add("done");
                return Duration.ofSeconds(10);
            });
            told.add("look");
            return Next.in(PAUSE);
        };

        run(SECOND, telling, look, look, look);

        assertThat(told).containsExactly("done", "look", "look", "done", "look");
    }

    @Test
    void rare_work_that_failed_is_due_at_the_next_look() {
        Seldom seldom = new Seldom(clock);
        Deque<String> failures = new ArrayDeque<>(List.of("failed"));
        Look look = () -> {
            seldom.ifDue(() -> {
                if (!failures.isEmpty()) {
                    throw new IllegalStateException(failures.remove());
                }
                told.add("done");
                return Duration.ofHours(6);
            });
            return Next.in(PAUSE);
        };

        run(SECOND, telling, look, look, look);

        assertThat(told).containsExactly("failed", "done", "again");
    }
}
