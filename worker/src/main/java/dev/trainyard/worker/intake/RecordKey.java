package dev.trainyard.worker.intake;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.text.Excerpt;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key of a record, which is the job id, so that all records of a job are in one partition and in order. A record without a key is
 * also accepted, because its message contains the job id. Only its order is not guaranteed.
 */
final class RecordKey {

    private RecordKey() {}

    /** The job id in the key. Null if the key is not a job id. */
    static @Nullable JobId job(byte @Nullable [] key) {
        try {
            return key == null ? null : JobId.parse(text(key));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Why a record with this key is refused.
     *
     * @param job the job id in its message
     */
    static Optional<String> problem(byte @Nullable [] key, JobId job) {
        if (key == null || key.length == 0 || job.equals(job(key))) {
            return Optional.empty();
        }
        return Optional.of(
                "the record's key is %s, but its message is about job %s. The key must be the jobId: send it again with that key, or without a key."
                        .formatted(Excerpt.quote(text(key)), job));
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }
}
