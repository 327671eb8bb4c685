package dev.trainyard.submitter.publish;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest requests that this server published, for those who ask before the workers' intake has them. A restart forgets them: they
 * are in Kafka, and soon in the database.
 */
public final class PublishedRequests {

    private static final int REMEMBERED = 10_000;

    private final LinkedHashMap<JobId, Published> byJob = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<JobId, Published> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** What is told of a job that the database does not know yet; {@code at}: when it was published. */
    public record Published(
            JobId jobId,
            String name,
            @Nullable String team,
            @Nullable String submittedBy,
            Map<String, String> labels,
            int priority,
            Instant at) {}

    public synchronized void remember(Request.Submit request) {
        byJob.put(
                request.jobId(),
                new Published(
                        request.jobId(),
                        request.name(),
                        request.team(),
                        request.submittedBy(),
                        request.labels(),
                        request.priority(),
                        Instant.now().truncatedTo(ChronoUnit.MICROS)));
    }

    /** Those that are meant, the newest first. */
    public synchronized List<Published> newest(Predicate<Published> meant, int limit) {
        return byJob.sequencedValues().reversed().stream()
                .filter(meant)
                .limit(limit)
                .toList();
    }

    public synchronized Optional<Published> find(JobId job) {
        return Optional.ofNullable(byJob.get(job));
    }
}
