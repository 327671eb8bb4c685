package dev.trainyard.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.attempt.Waiting.LetGo;
import dev.trainyard.worker.attempt.Waiting.Woken;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WaitingTest {

    private static final Duration LONG = Duration.ofDays(1);
    private static final Duration AT_ONCE = Duration.ZERO;

    private final Waiting waiting = new Waiting(MonotonicClock.SYSTEM);

    private static boolean forEver() throws InterruptedException {
        new CountDownLatch(1).await();
        return true;
    }

    private Woken woken(Duration atMost, boolean heedRow) {
        return catchThrowableOfType(Woken.class, () -> waiting.await(atMost, heedRow, WaitingTest::forEver));
    }

    /** Waits in a thread of its own; by the time this returns, it does. */
    private Thread wait(AtomicReference<Throwable> end, boolean heedRow) throws InterruptedException {
        CountDownLatch waits = new CountDownLatch(1);
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                waiting.await(LONG, heedRow, () -> {
                    waits.countDown();
                    return forEver();
                });
            } catch (Woken | RuntimeException e) {
                end.set(e);
            }
        });
        waits.await();
        return thread;
    }

    @Test
    void what_is_waited_for_comes_back() throws Woken {
        assertThat(waiting.<String>await(LONG, true, () -> "exit 0")).isEqualTo("exit 0");
    }

    @Test
    void a_wait_ends_when_its_time_is_up() {
        assertThat(woken(AT_ONCE, true).byRow()).isFalse();
    }

    @Test
    void news_in_the_row_end_a_wait_that_heeds_them() throws InterruptedException {
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread thread = wait(end, true);

        waiting.rowChanged();
        thread.join();

        assertThat(end.get())
                .isInstanceOfSatisfying(
                        Woken.class, woken -> assertThat(woken.byRow()).isTrue());
    }

    @Test
    void news_of_before_the_wait_are_heeded_once() {
        waiting.rowChanged();

        assertThat(woken(LONG, true).byRow()).isTrue();
        assertThat(woken(AT_ONCE, true).byRow()).isFalse();
    }

    @Test
    void a_wait_that_does_not_heed_news_leaves_them_to_the_next() {
        waiting.rowChanged();

        assertThat(woken(AT_ONCE, false).byRow()).isFalse();
        assertThat(woken(LONG, true).byRow()).isTrue();
    }

    @Test
    void letting_go_ends_every_wait_and_all_that_follow() throws InterruptedException {
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread thread = wait(end, false);

        waiting.letGo();
        thread.join();

        assertThat(end.get()).isInstanceOf(LetGo.class);
        assertThatThrownBy(() -> waiting.pause(LONG)).isInstanceOf(LetGo.class);
    }

    @Test
    void no_interrupt_is_left_for_what_follows() {
        assertThat(woken(AT_ONCE, true)).isNotNull();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void a_wait_within_a_wait_is_refused_and_the_outer_one_can_still_be_woken() throws InterruptedException {
        CountDownLatch refused = new CountDownLatch(1);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                waiting.await(LONG, true, () -> {
                    assertThatThrownBy(() -> waiting.pause(AT_ONCE))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("within a wait");
                    refused.countDown();
                    return forEver();
                });
            } catch (Woken | RuntimeException e) {
                end.set(e);
            }
        });
        refused.await();

        waiting.rowChanged();
        thread.join();

        assertThat(end.get()).isInstanceOf(Woken.class);
    }
}
