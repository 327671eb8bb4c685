package dev.trainyard.worker.intake;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.text.Excerpt;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key of a record, which is its job's id: so that all that is said of a job lies in one partition, in its order. A record without a
 * key is taken all the same, since its message says which job it is; only its order is nobody's promise.
 */
final class RecordKey {

    private RecordKey() {}

    /** The job that the key names; null if it names none. */
    static @Nullable JobId job(byte @Nullable [] key) {
        try {
            return key == null ? null : JobId.parse(text(key));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Why a record with this key is not taken.
     *
     * @param job whom its message is about
     */
    static Optional<String> problem(byte @Nullable [] key, JobId job) {
        if (key == null || key.length == 0 || job.equals(job(key))) {
            return Optional.empty();
        }
        return Optional.of(
                "the record's key is %s, and its message is about job %s. The key must be the jobId: send it again under that key, or without one."
                        .formatted(Excerpt.quote(text(key)), job));
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }
}
