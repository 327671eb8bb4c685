package dev.trainyard.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RemedyTest {

    @ParameterizedTest
    @EnumSource
    void every_held_or_failed_job_without_a_message_of_its_own_has_a_remedy(Cause cause) {
        boolean saysItself = switch (cause) {
            case COMPLETED, CANCELLED, PREEMPTED, HOST_LOST, ENGINE_LOST -> true;
            case PROGRAM_ERROR, IMAGE_BUILD_FAILED, START_FAILED, POLICY_DENIED -> true;
            default -> false;
        };

        String remedy = Remedy.added(null, cause);
        assertThat(remedy == null).isEqualTo(saysItself);
        assertThat(String.valueOf(remedy)).doesNotEndWith(".");
    }

    @Test
    void the_remedy_is_a_separate_sentence_after_the_description() {
        assertThat(Remedy.added("bind source path does not exist: /dta.", Cause.MOUNT_MISSING))
                .startsWith("bind source path does not exist: /dta. Check the path");
        assertThat(Remedy.added("exit code 3: boom", Cause.PROGRAM_ERROR)).isEqualTo("exit code 3: boom");
        assertThat(Remedy.added(null, Cause.TIME_LIMIT)).startsWith("Raise the time limit");
        assertThat(Remedy.added(null, Cause.COMPLETED)).isNull();
    }
}
