package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Remedy;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.HiddenValues;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.AttemptStore.End;
import dev.trainyard.db.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An attempt's end in the store's terms, with the retry rule of its request. */
final class AttemptEnd {

    private static final Logger log = LoggerFactory.getLogger(AttemptEnd.class);

    private AttemptEnd() {}

    static End of(
            AttemptRun run, Attempt attempt, Cause cause, @Nullable String detail, @Nullable Boolean outputsComplete) {
        Request.Submit request = run.request();
        return new End(
                cause,
                Remedy.added(
                        cause == Cause.OUT_OF_MEMORY
                                ? withLimit(detail, request.run().resources().memory())
                                : detail,
                        cause),
                outputsComplete,
                counters -> Retry.decide(cause, attempt.exitCode(), request.retry(), counters, jitter()));
    }

    /** The values of the request that are not public. Messages of the engine can quote them, and everyone can read an attempt's end. */
    static HiddenValues hidden(Request.Submit request) {
        Set<String> open = Set.copyOf(request.run().program().publicVariables());
        List<String> filledIn =
                request.image() instanceof ImageSource.Build build ? hidden(build.args(), open) : List.of();
        List<String> values = new ArrayList<>(hidden(request.run().program().environment(), open));
        values.addAll(filledIn);
        return new HiddenValues(values, filledIn);
    }

    private static List<String> hidden(Map<String, String> variables, Set<String> open) {
        return variables.entrySet().stream()
                .filter(variable -> !open.contains(variable.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Ends the attempt whose container never ran. Returns false if the row has changed in the meantime: read it again. */
    static boolean failed(Host host, AttemptRun run, Attempt attempt, Cause cause, @Nullable String detail) {
        return failed(host, run, attempt, of(run, attempt, cause, detail, null));
    }

    /** As {@link #failed}, for a reason that concerns only this host: another host may run the job. */
    static boolean refused(Host host, AttemptRun run, Attempt attempt, Cause cause, @Nullable String detail) {
        return failed(host, run, attempt, ofHost(run, attempt, cause, detail));
    }

    /** As {@link #refused} if the reason concerns only this host, otherwise as {@link #failed}. */
    static boolean notStarted(Host host, AttemptRun run, Attempt attempt, StartRefusal refusal, String detail) {
        End end = refusal.isOfHost()
                ? ofHost(run, attempt, refusal.cause(), detail)
                : of(run, attempt, refusal.cause(), detail, null);
        return failed(host, run, attempt, end.with(refusal));
    }

    private static End ofHost(AttemptRun run, Attempt attempt, Cause cause, @Nullable String detail) {
        Request.Submit request = run.request();
        return new End(
                cause,
                Remedy.added(detail, cause),
                null,
                counters -> Retry.refused(cause, request.retry(), counters, jitter()));
    }

    private static boolean failed(Host host, AttemptRun run, Attempt attempt, End end) {
        log.info("attempt failed job={} attempt={} cause={}", attempt.jobId(), attempt.id(), end.cause());
        return run.persist(() -> host.attempts().failed(host.me(), run.id(), end)) == Outcome.APPLIED;
    }

    private static double jitter() {
        return ThreadLocalRandom.current().nextDouble();
    }

    /** A file system does not answer. The attempt has written nothing to it yet, so that another host may run the job. */
    static boolean diskSilent(Host host, AttemptRun run, Attempt attempt) {
        return failed(
                host,
                run,
                attempt,
                Cause.PREPARE_TIMEOUT,
                "the file system of its outputs or mounts did not answer within %d s"
                        .formatted(DiskCalls.WITHIN.toSeconds()));
    }

    private static @Nullable String withLimit(@Nullable String detail, @Nullable DataSize limit) {
        return limit == null
                ? detail
                : "%s. Its memory limit was %d MiB".formatted(detail == null ? "killed" : detail, limit.bytes() >> 20);
    }
}
