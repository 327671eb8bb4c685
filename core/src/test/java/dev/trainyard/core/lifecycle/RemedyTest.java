package dev.trainyard.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RemedyTest {

    @ParameterizedTest
    @EnumSource
    void whatever_is_held_or_failed_without_words_of_its_own_has_a_remedy(Cause cause) {
        boolean saysItself = switch (cause) {
            case COMPLETED, CANCELLED, PREEMPTED, HOST_LOST, ENGINE_LOST -> true;
            case PROGRAM_ERROR, IMAGE_BUILD_FAILED, START_FAILED, POLICY_DENIED -> true;
            default -> false;
        };

        assertThat(Remedy.of(cause).isEmpty()).isEqualTo(saysItself);
        assertThat(Remedy.of(cause).orElse("")).doesNotEndWith(".");
    }

    @Test
    void it_follows_what_happened_as_a_sentence_of_its_own() {
        assertThat(Remedy.added("bind source path does not exist: /dta.", Cause.MOUNT_MISSING))
                .startsWith("bind source path does not exist: /dta. Check the path");
        assertThat(Remedy.added("exit code 3: boom", Cause.PROGRAM_ERROR)).isEqualTo("exit code 3: boom");
        assertThat(Remedy.added(null, Cause.TIME_LIMIT)).startsWith("Raise the time limit");
        assertThat(Remedy.added(null, Cause.COMPLETED)).isNull();
    }
}
