package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.request.JobId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all workers of one host keep on it.
 *
 * @param folders in which they, or their container engine, keep their own files
 * @param writers attempts that may still write their outputs, in the order in which they began
 */
public record HostUse(List<String> folders, List<Writer> writers) {

    /**
     * An attempt that may still write its outputs.
     *
     * @param location of them; null: not chosen yet
     */
    public record Writer(
            AttemptId attempt,
            JobId job,
            int number,
            AttemptState state,
            @Nullable String location) {}

    /** Whom the attempt yields to where both would write the same: those that began before it, or are beyond preparing. */
    public List<Writer> before(AttemptId attempt) {
        boolean later = false;
        List<Writer> before = new ArrayList<>();
        for (Writer writer : writers) {
            if (writer.attempt.equals(attempt)) {
                later = true;
            } else if (!later || writer.state != AttemptState.PREPARING) {
                before.add(writer);
            }
        }
        return before;
    }

    /** Whether the attempt may still write its outputs. */
    public boolean isWritten(JobId job, int number) {
        return writers.stream().anyMatch(writer -> writer.job.equals(job) && writer.number == number);
    }
}
