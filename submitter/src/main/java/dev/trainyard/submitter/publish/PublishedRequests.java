package dev.trainyard.submitter.publish;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestLimits;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest requests that this server published, so that it can answer about them before a worker has accepted them. Not kept across
 * restarts: the requests are in Kafka and soon in the database.
 */
public final class PublishedRequests {

    private static final int REMEMBERED = 10_000;

    /** Of all labels together, which are the only large part. */
    private static final long MOST_CHARACTERS = 8 << 20;

    private final LinkedHashMap<JobId, Published> byJob = new LinkedHashMap<>();
    private long characters;

    /** A job that the database does not know yet; {@code at}: when it was published. */
    public record Published(
            JobId jobId,
            String name,
            @Nullable String team,
            @Nullable String submittedBy,
            Map<String, String> labels,
            int priority,
            Instant at) {

        private int characters() {
            return RequestLimits.characters(labels);
        }
    }

    public synchronized void remember(Request.Submit request) {
        Published newest = new Published(
                request.jobId(),
                request.name(),
                request.team(),
                request.submittedBy(),
                request.labels(),
                request.priority(),
                Instant.now().truncatedTo(ChronoUnit.MICROS));
        forget(byJob.remove(request.jobId()));
        byJob.put(request.jobId(), newest);
        characters += newest.characters();
        while (byJob.size() > REMEMBERED || characters > MOST_CHARACTERS) {
            forget(byJob.pollFirstEntry().getValue());
        }
    }

    private void forget(@Nullable Published request) {
        characters -= request == null ? 0 : request.characters();
    }

    /** The requests that match, newest first. */
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
