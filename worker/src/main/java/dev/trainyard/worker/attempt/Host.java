package dev.trainyard.worker.attempt;

import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RunSpec;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.HostImages;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.LostHosts;
import dev.trainyard.db.OutputStore;
import dev.trainyard.worker.container.Containers;
import dev.trainyard.worker.container.EngineVolume;
import dev.trainyard.worker.container.EngineVolumes;
import dev.trainyard.worker.container.Owner;
import dev.trainyard.worker.image.Images;
import dev.trainyard.worker.output.Outputs;
import dev.trainyard.worker.policy.HostPath;
import dev.trainyard.worker.policy.Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the steps work with.
 *
 * @param me fences every write
 * @param owner whose labels our containers carry
 * @param policy what containers of this host may be given
 * @param engineData where the engine keeps images and containers
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
        HostImages imageRows,
        EngineVolumes volumes,
        Outputs outputs,
        DeviceHealth deviceHealth,
        Policy policy,
        Path engineData) {

    /** Between the stop signal and KILL: the request's grace period, or the policy's longest where that is shorter. */
    Duration grace(Request.Submit request) {
        return policy.graceOf(request.gracePeriod());
    }

    /** What this host's policy refuses of a place of outputs, for people; empty if it is allowed. */
    Optional<String> refusalOfPlace(Path place) {
        return sentence(policy.refusalsOfPlace(place, outputs.root(), HostPath::real));
    }

    /** The Docker volumes of an attempt that this host has, by name. */
    Map<String, EngineVolume> volumesOf(RunSpec run) {
        return volumes(run, volumes::inspect);
    }

    /** The Docker volumes of an attempt, made for its team where there were none. */
    Map<String, EngineVolume> provideVolumes(Request.Submit request) {
        String team = request.team() == null ? "" : request.team();
        return volumes(request.run(), name -> Optional.of(volumes.provide(name, team)));
    }

    private static Map<String, EngineVolume> volumes(RunSpec run, Function<String, Optional<EngineVolume>> ask) {
        Map<String, EngineVolume> found = new HashMap<>();
        run.mounts().stream()
                .map(RunSpec.Mount::source)
                .filter(source -> !source.startsWith("/"))
                .forEach(name -> ask.apply(name).ifPresent(volume -> found.put(name, volume)));
        return found;
    }

    /**
     * What this host's policy refuses of an attempt, for people; empty if all of it is allowed.
     *
     * @param present its Docker volumes that this host has, by name
     */
    Optional<String> refusal(Request.Submit request, Map<String, EngineVolume> present) {
        RunSpec run = request.run();
        return sentence(Stream.concat(
                        policy.refusals(run, outputs.root(), HostPath::real).stream(),
                        policy.refusalsOfVolumes(run, request.team(), present, outputs.root(), HostPath::real).stream())
                .toList());
    }

    private static Optional<String> sentence(List<String> refusals) {
        return refusals.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", refusals));
    }
}
