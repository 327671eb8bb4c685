package dev.trainyard.db;

import dev.trainyard.core.lifecycle.JobState;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Selects the jobs of a listing. Null or empty fields match all jobs.
 *
 * @param labels the job has all of these
 * @param since the job was accepted at this time or later
 * @param idPart the job's id begins or ends with this
 */
public record JobFilter(
        Set<JobState> states,
        @Nullable String team,
        @Nullable String name,
        @Nullable String submittedBy,
        List<Label> labels,
        @Nullable Instant since,
        @Nullable IdPart idPart) {

    /** A label. A null {@code value} matches any value. */
    public record Label(String name, @Nullable String value) {}

    /** The same filter for jobs in these states. */
    public JobFilter in(Set<JobState> only) {
        return new JobFilter(only, team, name, submittedBy, labels, since, idPart);
    }
}
