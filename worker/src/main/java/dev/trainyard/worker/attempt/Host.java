package dev.trainyard.worker.attempt;

import dev.trainyard.core.request.Request;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.CrashSuspects;
import dev.trainyard.db.HostImages;
import dev.trainyard.db.HostUse;
import dev.trainyard.db.InPlaceGrants;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.LostHosts;
import dev.trainyard.db.OutputStore;
import dev.trainyard.db.WorkerStore;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.EngineVolume;
import dev.trainyard.worker.engine.EngineVolumes;
import dev.trainyard.worker.engine.Owner;
import dev.trainyard.worker.image.Images;
import dev.trainyard.worker.output.EarlierFiles;
import dev.trainyard.worker.output.OpenFolder;
import dev.trainyard.worker.output.Outputs;
import dev.trainyard.worker.policy.HostFiles;
import dev.trainyard.worker.policy.HostPath;
import dev.trainyard.worker.policy.Policy;
import dev.trainyard.worker.policy.ThisHost;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the steps work with.
 *
 * @param me fences every write
 * @param owner whose labels our containers carry
 * @param workers what all workers of this host keep on it
 * @param policy what containers of this host may be given
 * @param engineData where the engine keeps images and containers
 */
public record Host(
        Incarnation me,
        Owner owner,
        AttemptStore attempts,
        LostHosts lostHosts,
        InPlaceGrants grants,
        CrashSuspects suspects,
        WorkerStore workers,
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

    private static final Logger log = LoggerFactory.getLogger(Host.class);
    private static final Path ROOT = Path.of("/");

    /** Between the stop signal and KILL: the request's grace period, or the policy's longest where that is shorter. */
    Duration grace(Request.Submit request) {
        return policy.graceOf(request.gracePeriod());
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
        run.storage().mounts().stream()
                .map(RunSpec.Mount::source)
                .filter(source -> !source.startsWith("/"))
                .forEach(name -> ask.apply(name).ifPresent(volume -> found.put(name, volume)));
        return found;
    }

    /**
     * What this host's policy refuses of an attempt, for people; empty if all of it is allowed.
     *
     * @param present its Docker volumes that this host has, by name
     * @param granted what it may mount in place
     */
    Optional<String> refusal(
            Request.Submit request, Map<String, EngineVolume> present, List<String> granted, HostUse use) {
        HostFiles files = files(use);
        RunSpec run = request.run();
        return sentence(Stream.concat(
                        policy.refusals(run, granted, files).stream(),
                        policy.refusalsOfVolumes(run, request.team(), present, files).stream())
                .toList());
    }

    /** Absolute paths that the job may mount in place on this host. */
    List<String> granted(AttemptRun run, Request.Submit request) {
        if (request.run().storage().inPlace().isEmpty()) {
            return List.of();
        }
        String digest = run.requestDigest();
        return run.persist(() -> grants.find(request.jobId(), digest))
                .filter(grant -> grant.worker().equals(me.worker()))
                .map(InPlaceGrants.Grant::places)
                .orElse(List.of());
    }

    /** The file systems of this host as they are now. */
    HostFiles files(HostUse use) {
        return ThisHost.now(outputs.root(), use.folders().stream().map(Path::of).toList(), use::isWritten);
    }

    private static Optional<String> sentence(List<String> refusals) {
        return refusals.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", refusals));
    }

    /** A named place of outputs as it may be used now. */
    private record Place(Path real, Path allowed) {}

    /**
     * A place that a user names may be a link. Where it leads is asked each time: a program may have been able to lead it elsewhere, where
     * this process can read and write what the program cannot.
     */
    private Place named(Path place, boolean inPlace, HostUse use) throws NotAllowed {
        HostFiles files = files(use);
        if (inPlace) {
            Optional<String> objection = Policy.objectionInPlace(place.toString(), false, files);
            if (objection.isPresent()) {
                throw new NotAllowed(objection.get());
            }
            // Each folder of the way is opened without following links: the container may replace them.
            return new Place(place, ROOT);
        }
        Optional<String> refusal = sentence(policy.refusalsOfPlace(place, files));
        if (refusal.isPresent()) {
            throw new NotAllowed(refusal.get());
        }
        Path real = files.real(place).orElseThrow();
        return new Place(real, policy.folderOf(real, files).orElseThrow());
    }

    /** What the policy refuses of a place of outputs, for people. */
    static final class NotAllowed extends IOException {

        private static final long serialVersionUID = 1L;

        private NotAllowed(String refusal) {
            super(refusal);
        }
    }

    /** Where the attempt's outputs are to be, without links, as far as it is known now. */
    String location(Attempt attempt, RunSpec run) {
        Path place = outputs.place(attempt.jobId(), attempt.number(), run);
        boolean named = run.storage().outputs().location() != null;
        return outputs.uri(named ? HostPath.real(place).orElse(place) : place).toString();
    }

    /** Makes the attempt's folder, or finds the one that it made; the path for the engine. */
    Path makeOutputs(Attempt attempt, RunSpec run, HostUse use) throws IOException {
        if (run.storage().outputs().location() == null) {
            return outputs.makeManaged(attempt.jobId(), attempt.number(), attempt.id(), run);
        }
        Place named = named(
                outputs.place(attempt.jobId(), attempt.number(), run),
                run.storage().outputs().inPlace(),
                use);
        refuseAnotherPlace(attempt, named.real());
        refuseWhatIsWritten(attempt, named.real(), use);
        if (run.storage().outputs().inPlace()) {
            requireFolder(named.real());
        } else {
            Outputs.makeNamed(named.allowed(), named.real(), run);
        }
        try (OpenFolder place = Outputs.openNamed(named.allowed(), named.real())) {
            outputs.keepEarlier(attempt.jobId(), attempt.number(), attempt.id(), EarlierFiles.in(place));
        }
        return named.real();
    }

    /** A folder of the submitter is never made here, where it would belong to another account. */
    private static void requireFolder(Path place) throws FileSystemException {
        if (!Files.isDirectory(place)) {
            throw new FileSystemException(
                    place.toString(),
                    null,
                    "it is not there any more, and it is mounted in place: create it, and submit again");
        }
    }

    /** Makes folders within the attempt's outputs, if these are managed; else others may lead their names elsewhere. */
    void makeWithin(Attempt attempt, RunSpec run, List<Path> folders) throws IOException {
        for (Path folder : folders) {
            outputs.makeWithin(attempt.jobId(), attempt.number(), folder, run);
        }
    }

    /** What lay in the attempt's folder before its container was made; null: nothing, since it is its own. */
    @Nullable
    EarlierFiles earlierFiles(Attempt attempt, RunSpec run) throws IOException {
        return run.storage().outputs().location() == null
                ? null
                : outputs.earlierFiles(attempt.jobId(), attempt.number(), attempt.id())
                        .orElseGet(() -> EarlierFiles.unknownBefore(
                                Objects.requireNonNullElseGet(attempt.engineStartedAt(), Instant::now)));
    }

    /** The attempt is over, or its container was never started. */
    void forgetEarlierFiles(Attempt attempt, RunSpec run) {
        if (run.storage().outputs().location() == null) {
            return;
        }
        try {
            outputs.forgetEarlier(attempt.jobId(), attempt.number(), attempt.id());
        } catch (IOException e) {
            log.debug("list of earlier files not removed attempt={}", attempt.id(), e);
        }
    }

    /** Whoever began later has looked at the recorded place, and only at that. */
    private static void refuseAnotherPlace(Attempt attempt, Path real) throws FileSystemException {
        Path begun = Outputs.path(URI.create(Objects.requireNonNull(attempt.outputsLocation())));
        if (!real.equals(begun)) {
            throw new FileSystemException(
                    real.toString(),
                    null,
                    "the place of outputs led to %s when the attempt began: something on the way to it was changed since. Submit it again"
                            .formatted(begun));
        }
    }

    /**
     * The planner keeps jobs apart that name one place, or one in the other. Here are those that another name, such as a link, leads there, or
     * that another worker of the host runs.
     */
    private void refuseWhatIsWritten(Attempt attempt, Path real, HostUse use) throws FileSystemException {
        for (HostUse.Writer writer : use.before(attempt.id())) {
            if (writer.location() == null) {
                continue;
            }
            Path other = Outputs.path(URI.create(writer.location()));
            if (real.startsWith(other) || other.startsWith(real)) {
                throw new FileSystemException(
                        real.toString(),
                        null,
                        "job %s, attempt %d, writes its outputs to %s now. Submit this one again when that has ended, or name another place"
                                .formatted(writer.job(), writer.number(), other));
            }
        }
    }

    /** Opens the attempt's folder. */
    OpenFolder openOutputs(Attempt attempt, RunSpec run, HostUse use) throws IOException {
        if (run.storage().outputs().location() == null) {
            return outputs.openManaged(attempt.jobId(), attempt.number());
        }
        Place named = named(
                outputs.place(attempt.jobId(), attempt.number(), run),
                run.storage().outputs().inPlace(),
                use);
        return Outputs.openNamed(named.allowed(), named.real());
    }

    /** What all workers of this host keep on it, as of now. */
    HostUse use() {
        return workers.hostUse(me);
    }
}
