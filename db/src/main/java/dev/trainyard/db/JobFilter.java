package dev.trainyard.db;

import dev.trainyard.core.lifecycle.JobState;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs a listing has. Null, or empty: any.
 *
 * @param labels a job has all of them
 * @param since accepted then or later
 * @param idPart the id begins or ends with it
 */
public record JobFilter(
        Set<JobState> states,
        @Nullable String team,
        @Nullable String name,
        @Nullable String submittedBy,
        List<Label> labels,
        @Nullable Instant since,
        @Nullable IdPart idPart) {

    public static final JobFilter ANY = new JobFilter(Set.of(), null, null, null, List.of(), null, null);

    /** A label. {@code value} null: whatever its value. */
    public record Label(String name, @Nullable String value) {}

    /** The same for jobs in these states. */
    public JobFilter in(Set<JobState> only) {
        return new JobFilter(only, team, name, submittedBy, labels, since, idPart);
    }
}
