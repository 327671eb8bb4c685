package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IntakeStartsTest {

    private static final String TOPIC = "requests";

    private final Yard yard = new Yard();
    private final AWorker worker = AWorker.named("gpu-1");

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void a_record_at_which_four_processes_ended_in_a_row_is_skipped() {
        for (int process = 0; process < 4; process++) {
            assertThat(next().begins(TOPIC, 1, 66)).as("process " + process).isFalse();
        }

        assertThat(next().begins(TOPIC, 1, 66)).isTrue();
    }

    /** Any of the records that the first processes have read at once may have ended them. */
    @Test
    void before_that_records_are_read_one_by_one() {
        next().begins(TOPIC, 1, 66);
        assertThat(next().isCareful()).isFalse();

        next().begins(TOPIC, 1, 66);

        assertThat(next().isCareful()).isTrue();
    }

    @Test
    void a_process_that_accepted_a_record_afterwards_did_not_end_because_of_it() {
        next().begins(TOPIC, 1, 66);
        next().begins(TOPIC, 1, 66);
        next().begins(TOPIC, 1, 66);

        assertThat(next().begins(TOPIC, 1, 67)).isFalse();

        assertThat(next().isCareful()).isFalse();
    }

    @Test
    void nor_one_that_has_given_the_partition_away_or_is_given_it_again() {
        IntakeStarts first = next();
        for (int time = 0; time < 10; time++) {
            assertThat(first.begins(TOPIC, 1, 66)).isFalse();
        }
        for (int process = 0; process < 10; process++) {
            IntakeStarts polite = next();
            assertThat(polite.begins(TOPIC, 1, 66)).isFalse();
            polite.ends(TOPIC, 1);
        }
    }

    @Test
    void each_partition_counts_for_itself() {
        for (int process = 0; process < 4; process++) {
            next().begins(TOPIC, 1, 66);
        }

        assertThat(next().begins(TOPIC, 2, 66)).isFalse();
    }

    private IntakeStarts next() {
        return new IntakeStarts(yard.database, yard.register(worker));
    }
}
