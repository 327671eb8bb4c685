package dev.trainyard.worker.plan;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.plan.Snapshot.Candidate;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.RunSpec;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/** What a job's request says to the planner. */
final class Needs {

    private Needs() {}

    static Candidate of(String json) {
        Request.Submit request = decode(json);
        RunSpec run = request.run();
        return new Candidate(
                request.jobId(),
                request.gpus(),
                run.ports().stream()
                        .filter(port -> port.host() != null)
                        .map(port -> port.protocol() + "/" + port.host())
                        .distinct()
                        .toList(),
                run.outputs().location(),
                run.cpus(),
                run.memory() == null ? null : run.memory().bytes(),
                Set.of(),
                null);
    }

    static Function<Retry.Counters, Retry.Decision> afterStartTimeout(String json) {
        Request.Submit request = decode(json);
        return counters -> Retry.decide(
                Cause.START_TIMEOUT,
                null,
                request.retry(),
                counters,
                ThreadLocalRandom.current().nextDouble());
    }

    private static Request.Submit decode(String json) {
        return (Request.Submit) RequestCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }
}
