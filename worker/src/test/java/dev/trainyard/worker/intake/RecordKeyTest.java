package dev.trainyard.worker.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.request.JobId;
import org.junit.jupiter.api.Test;

class RecordKeyTest {

    private static final String ID = "0199f3a2-7b3c-7000-8000-00000000000a";
    private static final JobId JOB = JobId.parse(ID);

    @Test
    void a_record_under_its_jobs_id_is_taken() {
        assertThat(RecordKey.problem(ID.getBytes(UTF_8), JOB)).isEmpty();
    }

    @Test
    void a_record_without_a_key_is_taken() {
        assertThat(RecordKey.problem(null, JOB)).isEmpty();
        assertThat(RecordKey.problem(new byte[0], JOB)).isEmpty();
    }

    @Test
    void a_record_under_another_key_is_not_taken_and_both_are_named() {
        String other = "0199f3a2-7b3c-7000-8000-00000000000b";

        assertThat(RecordKey.problem(other.getBytes(UTF_8), JOB).orElseThrow()).contains(other, ID);
        assertThat(RecordKey.problem("job-1".getBytes(UTF_8), JOB).orElseThrow())
                .contains("'job-1'", ID);
    }

    @Test
    void control_characters_of_a_key_do_not_reach_a_terminal() {
        assertThat(RecordKey.problem("a\u001b[2J\u0007\n2026-11-29 INFO forged\0".getBytes(UTF_8), JOB)
                        .orElseThrow())
                .doesNotContain("\u001b", "\u0007", "\n", "\0");
    }
}
