package dev.trainyard.worker.recover;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.trainyard.launch.MonotonicClock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LeaseKeeperTest {

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(LeaseKeeper.class);

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    /** Sleeps at once, so many times; then it is interrupted, as a keeper that is closed is. */
    private static final class Script implements MonotonicClock {

        private final List<Duration> slept = new ArrayList<>();
        private final int times;

        Script(int times) {
            this.times = times;
        }

        @Override
        public long nanoTime() {
            return slept.stream().mapToLong(Duration::toNanos).sum();
        }

        @Override
        public void sleep(Duration length) throws InterruptedException {
            if (slept.size() == times) {
                throw new InterruptedException();
            }
            slept.add(length);
        }
    }

    private List<Duration> keep(int rounds, LeaseKeeper.Renewal renewal) {
        Script clock = new Script(rounds - 1);
        LeaseKeeper.beat(renewal, () -> {}, clock).run();
        assertThat(Thread.interrupted()).isTrue();
        return clock.slept;
    }

    /** Fails so often, from the second time on. */
    private static LeaseKeeper.Renewal failing(int times) {
        int[] renewals = {0};
        return () -> {
            int n = renewals[0]++;
            if (n > 0 && n <= times) {
                throw new SQLException("the connection is gone");
            }
        };
    }

    @Test
    void renews_every_five_seconds_and_after_a_failure_every_second() {
        assertThat(keep(6, failing(2)).stream().map(Duration::toSeconds)).containsExactly(5L, 1L, 1L, 5L, 5L);
    }

    @Test
    void a_short_outage_is_not_reported() {
        keep(20, failing(14));

        assertThat(lines.list).isEmpty();
    }

    @Test
    void a_lease_that_is_not_renewed_for_fifteen_seconds_is_told_once_and_so_is_its_renewal() {
        keep(40, failing(30));

        assertThat(lines.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsExactly(
                        "lease not renewed for 15 s, so this worker gets no new attempts: the connection is gone",
                        "lease renewed again");
    }

    @Test
    void an_unexpected_failure_does_not_end_it() {
        int[] renewals = {0};

        keep(3, () -> {
            renewals[0]++;
            throw new IllegalStateException("a defect");
        });

        assertThat(renewals[0]).isEqualTo(3);
    }
}
