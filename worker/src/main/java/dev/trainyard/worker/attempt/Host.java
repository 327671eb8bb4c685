package dev.trainyard.worker.attempt;

import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RunSpec;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.LostHosts;
import dev.trainyard.db.OutputStore;
import dev.trainyard.worker.container.Containers;
import dev.trainyard.worker.container.Owner;
import dev.trainyard.worker.image.Images;
import dev.trainyard.worker.output.Outputs;
import dev.trainyard.worker.policy.HostPath;
import dev.trainyard.worker.policy.Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the steps work with.
 *
 * @param me fences every write
 * @param owner whose labels our containers carry
 * @param policy what containers of this host may be given
 */
public record Host(
        Incarnation me,
        Owner owner,
        AttemptStore attempts,
        LostHosts lostHosts,
        LogStore logs,
        OutputStore outputRows,
        Containers containers,
        Images images,
        Outputs outputs,
        DeviceHealth deviceHealth,
        Policy policy) {

    /** Between the stop signal and KILL: the request's grace period, or the policy's longest where that is shorter. */
    Duration grace(Request.Submit request) {
        return policy.graceOf(request.gracePeriod());
    }

    /** What this host's policy refuses of a place of outputs, for people; empty if it is allowed. */
    Optional<String> refusalOfPlace(Path place) {
        return sentence(policy.refusalsOfPlace(place, outputs.root(), HostPath::real));
    }

    /** What this host's policy refuses of an attempt, for people; empty if all of it is allowed. */
    Optional<String> refusal(RunSpec run) {
        return sentence(policy.refusals(run, outputs.root(), HostPath::real));
    }

    private static Optional<String> sentence(List<String> refusals) {
        return refusals.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", refusals));
    }
}
