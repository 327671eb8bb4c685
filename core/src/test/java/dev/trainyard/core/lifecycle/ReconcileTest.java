package dev.trainyard.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.Reconcile.Next;
import dev.trainyard.core.lifecycle.Reconcile.Seen;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReconcileTest {

    @ParameterizedTest
    @CsvSource({
        // state, is the container recorded, what the engine says, what to do
        "RESERVED,   false, ABSENT,  CREATE",
        "RESERVED,   false, CREATED, START",
        "RESERVED,   false, RUNNING, ATTACH",
        "RESERVED,   false, EXITED,  RECORD_EXIT",
        "RESERVED,   true,  ABSENT,  FAIL_VANISHED",
        "RESERVED,   true,  CREATED, START",
        "RESERVED,   true,  RUNNING, ATTACH",
        "RESERVED,   true,  EXITED,  RECORD_EXIT",
        "PREPARING,  false, ABSENT,  CREATE",
        "PREPARING,  false, CREATED, START",
        "PREPARING,  false, RUNNING, ATTACH",
        "PREPARING,  false, EXITED,  RECORD_EXIT",
        "PREPARING,  true,  ABSENT,  FAIL_VANISHED",
        "PREPARING,  true,  CREATED, START",
        "PREPARING,  true,  RUNNING, ATTACH",
        "PREPARING,  true,  EXITED,  RECORD_EXIT",
        "RUNNING,    true,  ABSENT,  RECORD_VANISHED",
        "RUNNING,    true,  CREATED, RECORD_EXIT",
        "RUNNING,    true,  RUNNING, ATTACH",
        "RUNNING,    true,  EXITED,  RECORD_EXIT",
    })
    void what_to_do_follows_from_the_row_and_from_what_the_engine_says(
            AttemptState state, boolean recorded, Seen seen, Next next) {
        assertThat(Reconcile.next(state, recorded, seen)).isEqualTo(next);
    }

    static Stream<Arguments> whatIsOver() {
        return Stream.of(AttemptState.COLLECTING, AttemptState.ENDED)
                .flatMap(state -> Arrays.stream(Seen.values()).map(seen -> Arguments.of(state, seen)));
    }

    @ParameterizedTest
    @MethodSource("whatIsOver")
    void once_the_exit_is_recorded_the_container_is_only_to_be_removed(AttemptState state, Seen seen) {
        assertThat(Reconcile.next(state, true, seen)).isEqualTo(Next.NOTHING);
    }

    @Test
    void nothing_is_ever_created_twice_or_started_after_it_ran() {
        for (AttemptState state : AttemptState.values()) {
            for (Seen seen : Seen.values()) {
                assertThat(Reconcile.next(state, true, seen)).isNotEqualTo(Next.CREATE);
                if (state.compareTo(AttemptState.RUNNING) >= 0) {
                    assertThat(Reconcile.next(state, true, seen)).isNotIn(Next.CREATE, Next.START);
                }
            }
        }
    }
}
