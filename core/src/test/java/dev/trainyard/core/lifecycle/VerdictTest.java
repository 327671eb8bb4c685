package dev.trainyard.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictTest {

    /** The order of evidence: the first line that applies decides. */
    private record Line(Predicate<ExitEvidence> applies, Cause cause) {}

    private static final List<Line> ORDER = List.of(
            new Line(exit -> exit.signalledFor() == StopReason.TIME_LIMIT, Cause.TIME_LIMIT),
            new Line(exit -> exit.signalledFor() == StopReason.PREEMPTED, Cause.PREEMPTED),
            new Line(exit -> exit.signalledFor() == StopReason.PREPARE_TIMEOUT, Cause.PREPARE_TIMEOUT),
            new Line(exit -> exit.signalledFor() == StopReason.CANCELLED, Cause.CANCELLED),
            new Line(ExitEvidence::engineLost, Cause.ENGINE_LOST),
            new Line(exit -> Integer.valueOf(0).equals(exit.exitCode()) && exit.killedBy() == null, Cause.COMPLETED),
            new Line(exit -> exit.deviceError() != null, Cause.DEVICE_ERROR),
            new Line(exit -> exit.exitCode() == null, Cause.KILLED_EXTERNALLY),
            new Line(exit -> exit.killedBy() != null, Cause.KILLED_EXTERNALLY),
            new Line(ExitEvidence::oomKilled, Cause.OUT_OF_MEMORY),
            new Line(exit -> exit.fullDisk() != null && exit.noSpaceLeft(), Cause.DISK_FULL),
            new Line(exit -> true, Cause.PROGRAM_ERROR));

    static Stream<ExitEvidence> everyEvidence() {
        List<ExitEvidence> all = new ArrayList<>();
        List<@Nullable StopReason> reasons = new ArrayList<>(Arrays.asList(StopReason.values()));
        reasons.add(null);
        for (@Nullable Integer code : Arrays.asList(null, 0, 1, 2, 127, 134, 137, 139, 143, 255)) {
            for (@Nullable StopReason reason : reasons) {
                for (int flags = 0; flags < 64; flags++) {
                    all.add(new ExitEvidence(
                            code,
                            (flags & 1) > 0,
                            reason,
                            (flags & 2) > 0,
                            (flags & 4) > 0 ? "device GPU-1: lost" : null,
                            (flags & 8) > 0 ? "docker kill" : null,
                            (flags & 16) > 0 ? "the disk of /outputs" : null,
                            (flags & 32) > 0));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("everyEvidence")
    void the_first_line_that_applies_decides(ExitEvidence exit) {
        Cause expected = ORDER.stream()
                .filter(line -> line.applies().test(exit))
                .findFirst()
                .orElseThrow()
                .cause();

        assertThat(Verdict.of(exit)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, , , false, COMPLETED",
        "1, false, , , false, PROGRAM_ERROR",
        "1, true, , full, true, OUT_OF_MEMORY",
        "1, false, , full, true, DISK_FULL",
        "1, false, , full, false, PROGRAM_ERROR",
        "1, false, , , true, PROGRAM_ERROR",
        "137, false, , , false, PROGRAM_ERROR",
        "143, false, , , false, PROGRAM_ERROR",
        "137, false, docker kill, full, true, KILLED_EXTERNALLY",
        "143, true, docker stop, , false, KILLED_EXTERNALLY",
        "1, false, docker stop, , false, KILLED_EXTERNALLY",
        "137, true, , , false, OUT_OF_MEMORY",
        "139, false, , , false, PROGRAM_ERROR",
        "0, true, , full, true, COMPLETED",
    })
    void the_verdict_of_an_unrequested_exit_follows_from_code_and_evidence(
            int code, boolean oom, @Nullable String killedBy, @Nullable String fullDisk, boolean noSpace, Cause cause) {
        assertThat(Verdict.of(new ExitEvidence(code, oom, null, false, null, killedBy, fullDisk, noSpace)))
                .isEqualTo(cause);
    }

    @ParameterizedTest
    @EnumSource(StopReason.class)
    void a_program_that_saves_and_exits_0_when_it_is_stopped_has_not_finished(StopReason reason) {
        assertThat(Verdict.of(new ExitEvidence(0, false, reason, true, "lost", null, null, false)))
                .isEqualTo(reason.cause());
        assertThat(Verdict.of(new ExitEvidence(0, false, null, false, null, "docker stop", null, false)))
                .isEqualTo(Cause.KILLED_EXTERNALLY);
    }

    @Test
    void a_container_that_vanished_was_killed_by_someone() {
        assertThat(Verdict.of(new ExitEvidence(null, false, null, false, null, null, "full", true)))
                .isEqualTo(Cause.KILLED_EXTERNALLY);
    }

    @Test
    void a_container_ended_by_a_restart_of_the_engine_did_not_end_by_itself_with_any_exit_code() {
        assertThat(Verdict.of(new ExitEvidence(0, false, null, true, null, null, null, false)))
                .isEqualTo(Cause.ENGINE_LOST);
        assertThat(Verdict.of(new ExitEvidence(null, false, null, true, null, null, null, false)))
                .isEqualTo(Cause.ENGINE_LOST);
    }

    @Test
    void a_program_that_did_well_on_a_device_that_failed_has_completed() {
        assertThat(Verdict.of(new ExitEvidence(0, false, null, false, "lost", null, null, false)))
                .isEqualTo(Cause.COMPLETED);
        assertThat(Verdict.of(new ExitEvidence(1, true, null, false, "lost", null, "full", true)))
                .isEqualTo(Cause.DEVICE_ERROR);
    }
}
