package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.AttemptStore.End;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** An attempt's end in the store's terms, with the retry rule of its request. */
final class Ending {

    private Ending() {}

    static End of(Attempt attempt, Cause cause, @Nullable String detail, @Nullable Boolean outputsComplete) {
        Request.Submit request = request(attempt);
        return new End(
                cause,
                detail,
                outputsComplete,
                counters -> Retry.decide(
                        cause,
                        attempt.exitCode(),
                        request.retry(),
                        counters,
                        ThreadLocalRandom.current().nextDouble()));
    }

    static Request.Submit request(Attempt attempt) {
        return (Request.Submit) RequestCodec.decode(attempt.request().getBytes(StandardCharsets.UTF_8));
    }
}
