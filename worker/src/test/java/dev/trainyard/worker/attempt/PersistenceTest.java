package dev.trainyard.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.launch.MonotonicClock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.CannotCreateTransactionException;

class PersistenceTest {

    private final List<Duration> pauses = new ArrayList<>();
    private final Waiting waiting = new Waiting(new MonotonicClock() {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void sleep(Duration length) {
            pauses.add(length);
        }
    });
    private final Persistence persistence =
            new Persistence(AttemptId.parse("0b6f8f60-54f2-4d4b-8a52-0f8a3f1f1c01"), waiting);

    @Test
    void a_transaction_is_repeated_after_longer_and_longer_pauses_until_the_database_takes_it() {
        int[] calls = {0};

        String taken = persistence.persist(() -> {
            if (++calls[0] <= 8) {
                throw new CannotCreateTransactionException("away", new SQLException("connection refused"));
            }
            return "taken";
        });

        assertThat(taken).isEqualTo("taken");
        assertThat(pauses.stream().map(Duration::toMillis))
                .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
    }

    @Test
    void an_error_of_the_statement_itself_is_not_repeated() {
        assertThatThrownBy(() -> persistence.persist(() -> {
                    throw new DataIntegrityViolationException("no such state");
                }))
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThat(pauses).isEmpty();
    }

    @Test
    void the_process_can_let_go_of_an_attempt_whose_database_is_away() {
        assertThatThrownBy(() -> persistence.persist(() -> {
                    waiting.letGo();
                    throw new CannotCreateTransactionException("away", new SQLException("connection refused"));
                }))
                .isInstanceOf(Waiting.LetGo.class);
    }
}
