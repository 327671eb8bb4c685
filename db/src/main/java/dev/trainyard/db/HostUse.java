package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.request.JobId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of all workers on one host.
 *
 * @param folders in which the workers and their container engine keep their own files
 * @param writers attempts that may still write outputs, in order of their begin
 */
public record HostUse(List<String> folders, List<Writer> writers) {

    /**
     * An attempt that may still write its outputs.
     *
     * @param location of the outputs; null if not chosen yet
     */
    public record Writer(
            AttemptId attempt,
            JobId job,
            int number,
            AttemptState state,
            @Nullable String location) {}

    /** The attempts that have precedence if both would write to the same place: those that began earlier, or are past preparation. */
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

    /** Whether the attempt may still write outputs. */
    public boolean isWritten(JobId job, int number) {
        return writers.stream().anyMatch(writer -> writer.job.equals(job) && writer.number == number);
    }
}
