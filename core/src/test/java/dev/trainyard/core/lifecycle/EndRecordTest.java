package dev.trainyard.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndRecordTest {

    private static final EndRecord BY_ITSELF = new EndRecord(true, List.of(), false);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 130, 134, 137, 139, 143})
    void a_container_that_got_no_signal_ended_by_itself_with_any_exit_code(int exitCode) {
        assertThat(BY_ITSELF.killedBy(exitCode)).isNull();
    }

    @Test
    void a_signal_counts_where_the_exit_code_is_its_own() {
        EndRecord signalled = new EndRecord(true, List.of(10, 15, 9), false);

        assertThat(signalled.killedBy(143)).contains("SIGTERM");
        assertThat(signalled.killedBy(137)).contains("SIGKILL");
        assertThat(signalled.killedBy(138)).contains("SIGUSR1");
        assertThat(new EndRecord(true, List.of(34), false).killedBy(162)).contains("signal 34");
    }

    /** A checkpoint on a signal, for one. */
    @Test
    void a_signal_that_the_program_has_handled_did_not_end_it() {
        EndRecord signalled = new EndRecord(true, List.of(10, 15), false);

        assertThat(signalled.killedBy(0)).isNull();
        assertThat(signalled.killedBy(1)).isNull();
        assertThat(signalled.killedBy(137)).isNull();
    }

    @Test
    void a_program_that_ends_while_the_engine_stops_it_was_stopped_with_any_exit_code() {
        assertThat(new EndRecord(true, List.of(15), true).killedBy(0)).contains("docker stop");
        assertThat(new EndRecord(true, List.of(15), true).killedBy(1)).contains("docker stop");
    }

    @Test
    void without_a_record_the_exit_code_of_a_kill_counts_as_a_kill() {
        EndRecord lost = new EndRecord(false, List.of(), false);

        assertThat(lost.killedBy(137)).contains("SIGKILL", "no longer has a record");
        assertThat(lost.killedBy(143)).contains("SIGTERM", "no longer has a record");
        assertThat(lost.killedBy(0)).isNull();
        assertThat(lost.killedBy(1)).isNull();
        assertThat(lost.killedBy(130)).isNull();
    }
}
