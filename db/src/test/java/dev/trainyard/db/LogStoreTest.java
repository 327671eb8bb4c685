package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.db.LogStore.Chunk;
import dev.trainyard.db.LogStore.ResumePoint;
import dev.trainyard.db.LogStore.Source;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogStoreTest {

    private static final LogStore.Wanted EVERYTHING = new LogStore.Wanted(true, null);

    private static final Instant NANOS = Instant.parse("2026-01-02T03:04:05.123456789Z");

    private final Yard yard = new Yard();
    private final LogStore logs = new LogStore(yard.database);
    private final AttemptId attempt = AttemptId.random();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void chunks_come_back_in_their_order_numbered_from_one() {
        logs.append(attempt, Source.IMAGE, "Step 1/2\n", null);
        logs.append(attempt, Source.CONTAINER, "epoch 1\nepoch 2\n", new ResumePoint(NANOS, 2));
        logs.append(attempt, Source.TRAINYARD, "stopping: CANCELLED\n", null);

        assertThat(logs.after(attempt, 0, EVERYTHING, 10))
                .containsExactly(
                        new Chunk(1, Source.IMAGE, "Step 1/2\n"),
                        new Chunk(2, Source.CONTAINER, "epoch 1\nepoch 2\n"),
                        new Chunk(3, Source.TRAINYARD, "stopping: CANCELLED\n"));
    }

    @Test
    void a_reader_continues_after_its_last_chunk_and_gets_no_more_than_requested() {
        for (int line = 1; line <= 5; line++) {
            logs.append(attempt, Source.CONTAINER, "line " + line + "\n", new ResumePoint(NANOS, line));
        }

        assertThat(logs.after(attempt, 2, EVERYTHING, 2)).extracting(Chunk::seq).containsExactly(3L, 4L);
        assertThat(logs.after(attempt, 5, EVERYTHING, 2)).isEmpty();
    }

    @Test
    void a_container_chunk_whose_commit_was_not_confirmed_can_be_sent_again_and_is_stored_once() {
        logs.append(attempt, Source.CONTAINER, "epoch 1\n", new ResumePoint(NANOS, 1));
        logs.append(attempt, Source.CONTAINER, "epoch 1\n", new ResumePoint(NANOS, 1));
        logs.append(attempt, Source.CONTAINER, "epoch 1\n", new ResumePoint(NANOS, 2));
        logs.append(attempt, Source.TRAINYARD, "stopping\n", null);
        logs.append(attempt, Source.TRAINYARD, "stopping\n", null);

        assertThat(logs.after(attempt, 0, EVERYTHING, 10))
                .extracting(Chunk::text)
                .containsExactly("epoch 1\n", "epoch 1\n", "stopping\n", "stopping\n");
    }

    @Test
    void the_log_of_another_attempt_is_another_log() {
        logs.append(attempt, Source.CONTAINER, "mine\n", new ResumePoint(NANOS, 1));
        AttemptId other = AttemptId.random();

        assertThat(logs.after(other, 0, EVERYTHING, 10)).isEmpty();
        assertThat(logs.resumePoint(other)).isEmpty();
    }

    @Test
    void reading_goes_on_where_the_last_chunk_of_the_container_says_to_the_nanosecond() {
        assertThat(logs.resumePoint(attempt)).isEmpty();

        logs.append(attempt, Source.CONTAINER, "a\n", new ResumePoint(NANOS.minusSeconds(1), 1));
        logs.append(attempt, Source.CONTAINER, "b\nc\n", new ResumePoint(NANOS, 2));
        logs.append(attempt, Source.TRAINYARD, "the worker was restarted\n", null);

        assertThat(logs.resumePoint(attempt)).contains(new ResumePoint(NANOS, 2));
    }

    @Test
    void the_tail_is_the_end_of_the_container_log() {
        logs.append(attempt, Source.IMAGE, "pulled\n", null);
        logs.append(attempt, Source.CONTAINER, "epoch 1\n", new ResumePoint(NANOS, 1));
        logs.append(attempt, Source.CONTAINER, "epoch 2\n", new ResumePoint(NANOS, 2));
        logs.append(attempt, Source.TRAINYARD, "stopping\n", null);

        assertThat(logs.tail(attempt, 1000)).isEqualTo("epoch 1\nepoch 2\n");
        assertThat(logs.tail(attempt, 10)).isEqualTo("1\nepoch 2\n");
        assertThat(logs.tail(AttemptId.random(), 10)).isEmpty();
    }

    @Test
    void any_output_of_a_program_is_stored() {
        logs.append(attempt, Source.CONTAINER, "\0binary\0 \ud83d\ude00 \ud800 \udfff\n", null);

        assertThat(logs.after(attempt, 0, EVERYTHING, 1))
                .containsExactly(new Chunk(1, Source.CONTAINER, "\ufffdbinary\ufffd \ud83d\ude00 \ufffd \ufffd\n"));
    }

    @Test
    void a_log_over_its_budget_keeps_its_end_and_a_chunk_that_says_how_much_is_gone() {
        logs.append(attempt, Source.IMAGE, "Step 1/2\n", null);
        for (int line = 1; line <= 5; line++) {
            logs.append(attempt, Source.CONTAINER, "line %d%n".formatted(line), new ResumePoint(NANOS, line));
        }

        logs.trim(attempt, 14);
        logs.trim(attempt, 14);

        assertThat(logs.after(attempt, 0, EVERYTHING, 10))
                .containsExactly(
                        new Chunk(1, Source.IMAGE, "Step 1/2\n"),
                        new Chunk(
                                4,
                                Source.TRAINYARD,
                                "[21 bytes of the log are not kept here; the outputs have all of it]\n"),
                        new Chunk(5, Source.CONTAINER, "line 4\n"),
                        new Chunk(6, Source.CONTAINER, "line 5\n"));
        assertThat(logs.bytes(attempt)).isEqualTo(14);
        assertThat(logs.everStored(attempt)).isEqualTo(35);
        assertThat(logs.resumePoint(attempt)).contains(new ResumePoint(NANOS, 5));
    }

    @Test
    void a_growing_log_is_trimmed_again_and_the_mark_counts_everything_removed() {
        for (int line = 1; line <= 4; line++) {
            logs.append(attempt, Source.CONTAINER, "line %d%n".formatted(line), new ResumePoint(NANOS, line));
        }
        logs.trim(attempt, 7);
        logs.append(attempt, Source.CONTAINER, "line 5\n", new ResumePoint(NANOS, 5));

        logs.trim(attempt, 7);

        assertThat(logs.after(attempt, 0, EVERYTHING, 10))
                .containsExactly(
                        new Chunk(
                                4,
                                Source.TRAINYARD,
                                "[28 bytes of the log are not kept here; the outputs have all of it]\n"),
                        new Chunk(5, Source.CONTAINER, "line 5\n"));
    }

    @Test
    void a_log_within_its_budget_is_left_as_it_is() {
        logs.append(attempt, Source.CONTAINER, "line 1\n", new ResumePoint(NANOS, 1));

        logs.trim(attempt, 7);

        assertThat(logs.after(attempt, 0, EVERYTHING, 10)).containsExactly(new Chunk(1, Source.CONTAINER, "line 1\n"));
    }
}
