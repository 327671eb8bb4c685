package dev.trainyard.core.lifecycle;

import static dev.trainyard.core.text.HiddenValues.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.text.HiddenValues;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndExplanationTest {

    private static final LogClues BOOM = new LogClues(false, false, Optional.of("boom"));
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final String KILL = "ended by SIGKILL, which was sent through the engine";

    @Test
    void an_error_of_the_program_is_its_code_and_its_last_words() {
        assertThat(of(Cause.PROGRAM_ERROR, exit(3, null, null, null), BOOM)).isEqualTo("exit code 3: boom");
        assertThat(of(Cause.PROGRAM_ERROR, exit(3, null, null, null), LogClues.of("", NONE)))
                .isEqualTo("exit code 3");
        assertThat(of(Cause.COMPLETED, exit(0, null, null, null), BOOM)).isNull();
    }

    @Test
    void messages_about_space_are_a_hint_at_small_file_systems_of_the_container() {
        LogClues clues = LogClues.of("x\nOSError: [Errno 28] No space left on device", NONE);

        assertThat(of(Cause.PROGRAM_ERROR, exit(1, null, null, null), clues))
                .startsWith("exit code 1: OSError: [Errno 28] No space left on device. ")
                .contains("no disk of the host", "--shm-size", "tmpfs");
        assertThat(of(Cause.DISK_FULL, exit(1, null, null, "The disk of /srv/outputs was full"), clues))
                .isEqualTo(
                        "exit code 1: OSError: [Errno 28] No space left on device. The disk of /srv/outputs was full");
    }

    @Test
    void the_last_words_lack_hidden_values_also_where_they_are_shortened_or_a_value_has_several_lines() {
        String line = "x".repeat(290) + " s3cr3t-and-long";
        assertThat(LogClues.of("a\n" + line, new HiddenValues(List.of("s3cr3t-and-long")))
                        .lastLine())
                .contains("x".repeat(290) + " ***");
        assertThat(LogClues.of("key: BEGIN\nabc\nEND\n", new HiddenValues(List.of("BEGIN\nabc\nEND\n")))
                        .lastLine())
                .contains("key: ***");
        assertThat(LogClues.of("no host db-77", new HiddenValues(List.of("tcp:db-77"), List.of("tcp:db-77")))
                        .lastLine())
                .contains("no host ***");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
                "torch.cuda.OutOfMemoryError: x",
                "tensorflow.python.framework.errors_impl.ResourceExhaustedError: {{function_node x}} OOM when allocating tensor",
                "RESOURCE_EXHAUSTED: Out of memory while trying to allocate 1 bytes.",
                "CUDA_ERROR_OUT_OF_MEMORY",
                "cudaErrorMemoryAllocation"
            })
    void messages_about_gpu_memory_are_a_hint(String line) {
        assertThat(of(Cause.PROGRAM_ERROR, exit(1, null, null, null), LogClues.of(line, NONE)))
                .contains("GPU memory ran out", "smaller batch");
    }

    @ParameterizedTest
    @ValueSource(ints = {137, 143})
    void the_exit_code_of_a_kill_without_one_says_what_it_may_have_been(int code) {
        assertThat(of(Cause.PROGRAM_ERROR, exit(code, null, null, null), BOOM))
                .startsWith("exit code " + code + ": boom. ")
                .contains("no record of a kill", "by itself", "killed one of its processes without the engine");
    }

    @Test
    void a_kill_is_named_before_the_last_words() {
        assertThat(of(Cause.KILLED_EXTERNALLY, exit(137, null, KILL, null), BOOM))
                .isEqualTo("exit code 137: " + KILL + ". The log ends with: boom");
        assertThat(of(Cause.KILLED_EXTERNALLY, exit(null, null, null, null), BOOM))
                .isEqualTo("exit code unknown: boom");
    }

    @ParameterizedTest
    @EnumSource(
            value = StopReason.class,
            names = {"TIME_LIMIT", "CANCELLED", "PREEMPTED"})
    void for_a_program_that_ignores_its_stop_signal_the_message_says_so_with_a_remedy(StopReason reason) {
        assertThat(of(reason.cause(), exit(137, reason, KILL, null), BOOM))
                .startsWith("exit code 137: boom. The program did not exit within 10s after SIGTERM, so it was killed")
                .contains("init: true", "--init", "exec form", "handle SIGTERM");
    }

    @Test
    void for_a_program_that_ends_on_its_stop_signal_there_is_no_such_message() {
        String stopped = "ended by SIGTERM, which was sent through the engine";

        assertThat(of(Cause.TIME_LIMIT, exit(143, StopReason.TIME_LIMIT, stopped, null), BOOM))
                .isEqualTo("exit code 143: boom");
        assertThat(of(Cause.TIME_LIMIT, exit(137, StopReason.TIME_LIMIT, null, null), BOOM))
                .isEqualTo("exit code 137: boom");
        assertThat(EndExplanation.of(
                        Cause.TIME_LIMIT, exit(137, StopReason.TIME_LIMIT, KILL, null), BOOM, "SIGKILL", GRACE))
                .isEqualTo("exit code 137: boom");
    }

    @Test
    void an_event_of_the_engine_or_a_device_is_shown_instead_of_the_last_words() {
        assertThat(of(Cause.ENGINE_LOST, exit(0, null, null, null), BOOM))
                .isEqualTo("exit code 0: the container engine or its host was restarted while the container ran");
        assertThat(of(
                        Cause.DEVICE_ERROR,
                        new ExitEvidence(1, false, null, false, "device GPU-1: it is gone", null, null, false),
                        BOOM))
                .isEqualTo("exit code 1: device GPU-1: it is gone");
    }

    private static @Nullable String of(Cause cause, ExitEvidence exit, LogClues clues) {
        return EndExplanation.of(cause, exit, clues, "SIGTERM", GRACE);
    }

    private static ExitEvidence exit(
            @Nullable Integer code,
            @Nullable StopReason signalledFor,
            @Nullable String killedBy,
            @Nullable String fullDisk) {
        return new ExitEvidence(code, false, signalledFor, false, null, killedBy, fullDisk, fullDisk != null);
    }
}
