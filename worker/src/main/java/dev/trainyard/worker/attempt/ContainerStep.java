package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Reconcile;
import dev.trainyard.core.lifecycle.Reconcile.Seen;
import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.HostUse;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.db.Outcome;
import dev.trainyard.launch.FileProblem;
import dev.trainyard.worker.attempt.Waiting.Woken;
import dev.trainyard.worker.device.DiskRoom;
import dev.trainyard.worker.engine.AttemptRef;
import dev.trainyard.worker.engine.ContainerSpec;
import dev.trainyard.worker.engine.ContainerSpecs;
import dev.trainyard.worker.engine.ContainerStatus;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.EngineVolume;
import dev.trainyard.worker.engine.ReservedDevice;
import dev.trainyard.worker.engine.StartRefused;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Second step: from the image to the recorded exit of the container. Each round reads the row and the engine's state, and takes the one
 * action that {@link Reconcile} returns. So a new attempt and one of an earlier process take the same path.
 */
final class ContainerStep implements Step {

    private static final Logger log = LoggerFactory.getLogger(ContainerStep.class);

    private final Host host;

    ContainerStep(Host host) {
        this.host = host;
    }

    @Override
    public Known run(AttemptRun run, Known before) {
        Known known = before;
        while (true) {
            Turn turn = round(run, known);
            if (turn.over()) {
                return turn.known();
            }
            // A silent engine decides nothing: the attempt keeps its state and its devices.
            known = turn.silence() == null
                    ? turn.known().engineAnswered()
                    : run.waitForEngine(turn.known(), turn.silence());
        }
    }

    /**
     * The result of a round.
     *
     * @param over whether the step is over
     * @param silence set if the engine did not answer
     */
    private record Turn(Known known, boolean over, @Nullable EngineSilent silence) {

        static Turn of(Known known, boolean over) {
            return new Turn(known, over, null);
        }

        /** The next round decides by the row and the engine's state. */
        static Turn another(Known known) {
            return of(known, false);
        }

        /** @param known the value after the round if the engine does not answer */
        static Turn from(Known known, Supplier<Turn> work) {
            try {
                return work.get();
            } catch (EngineSilent e) {
                return new Turn(known, false, e);
            }
        }
    }

    private Turn round(AttemptRun run, Known before) {
        Known known = SettledAttempt.of(host, run, before);
        AttemptState state = known.row().state();
        return state == AttemptState.COLLECTING || state == AttemptState.ENDED
                ? Turn.of(known, true)
                : Turn.from(known, () -> act(run, known));
    }

    private Turn act(AttemptRun run, Known known) {
        Attempt attempt = known.row();
        Request.Submit request = run.request();
        String name = ContainerSpecs.name(request.name(), new AttemptRef(attempt.id(), attempt.number()));
        Optional<ContainerStatus> status = host.containers().inspect(name);
        Seen seen = seen(status);
        if (attempt.stopReason() != null
                && (seen == Seen.ABSENT || seen == Seen.CREATED)
                && attempt.state() != AttemptState.RUNNING) {
            status.ifPresent(created -> host.containers().remove(created.id()));
            return Turn.of(
                    known,
                    AttemptEnd.failed(host, run, attempt, attempt.stopReason().cause(), "stopped before it started"));
        }
        return switch (Reconcile.next(attempt.state(), attempt.containerId() != null, seen)) {
            case CREATE -> create(run, known, request);
            case START -> start(run, known, status.orElseThrow());
            case ATTACH -> attach(run, known, request, status.orElseThrow());
            case RECORD_EXIT -> Turn.of(known, recordExit(run, known, request, status.orElseThrow()));
            case FAIL_VANISHED ->
                Turn.of(
                        known,
                        AttemptEnd.failed(
                                host,
                                run,
                                attempt,
                                Cause.KILLED_EXTERNALLY,
                                "the container was removed before it was started"));
            case RECORD_VANISHED -> Turn.of(known, recordVanished(run, known));
            case NOTHING -> Turn.of(known, true);
        };
    }

    private boolean recordVanished(AttemptRun run, Known known) {
        boolean engineLost = engineLost(known);
        return applied(run.persist(() -> host.attempts()
                .exited(
                        host.me(),
                        run.id(),
                        new AttemptStore.Exit(
                                null, false, "the container is gone", null, engineLost, null, null, null))));
    }

    private static Seen seen(Optional<ContainerStatus> status) {
        return status.map(present -> switch (present.state()) {
                    case CREATED -> Seen.CREATED;
                    case RUNNING -> Seen.RUNNING;
                    case EXITED -> Seen.EXITED;
                })
                .orElse(Seen.ABSENT);
    }

    private Turn create(AttemptRun run, Known known, Request.Submit request) {
        Attempt attempt = known.row();
        if (attempt.imageDigest() == null) {
            throw new IllegalStateException("attempt %s has no image".formatted(attempt.id()));
        }
        try {
            // Again: a link may have been changed while the image was built.
            HostUse use = run.persist(host::use);
            Map<String, EngineVolume> volumes = host.provideVolumes(request);
            List<String> granted = host.granted(run, request);
            Optional<String> refusal = run.ofDisk(() -> host.refusal(request, volumes, granted, use));
            if (refusal.isPresent()) {
                return Turn.of(known, AttemptEnd.refused(host, run, attempt, Cause.POLICY_DENIED, refusal.get()));
            }
            Path outputs = run.ofDisk(() -> host.makeOutputs(attempt, request.run(), use));
            List<Path> inOutputs =
                    ContainerSpecs.volumesInOutputs(request.run(), host.images().volumesOf(attempt.imageDigest()));
            List<Path> kept = request.run().storage().outputs().location() == null ? inOutputs : List.of();
            run.ofDisk(() -> {
                host.makeWithin(attempt, request.run(), kept);
                return kept;
            });
            ContainerSpec spec = ContainerSpecs.of(
                            host.owner(),
                            new AttemptRef(attempt.id(), attempt.number()),
                            request,
                            attempt.devices().stream()
                                    .map(device -> new ReservedDevice(device.key(), !device.standIn()))
                                    .toList(),
                            attempt.imageDigest(),
                            outputs,
                            ContainerSpecs.DEFAULT_LOG_BUDGET)
                    .keeping(outputs, kept)
                    .limited(
                            host.policy().memoryOf(request.run()),
                            host.policy().pidsOf(request.run()),
                            host.policy().rootFileSystem());
            Known told = tellStandIns(run, known, request);
            return Turn.from(told, () -> {
                host.containers().create(spec);
                if (kept.isEmpty()) {
                    inOutputs.forEach(folder -> run.say(Source.TRAINYARD, lostVolume(request, folder)));
                }
                host.policy()
                        .shorterGrace(request.gracePeriod())
                        .ifPresent(notice -> run.say(Source.TRAINYARD, "[" + notice + "]"));
                return Turn.another(told);
            });
        } catch (StartRefused e) {
            return Turn.of(known, failed(run, attempt, request, e.refusal(), e.reason()));
        } catch (Woken e) {
            return Turn.of(known, !e.byRow() && AttemptEnd.diskSilent(host, run, attempt));
        } catch (Host.NotAllowed e) {
            return Turn.of(known, AttemptEnd.refused(host, run, attempt, Cause.POLICY_DENIED, e.getMessage()));
        } catch (IOException e) {
            return Turn.of(
                    known,
                    AttemptEnd.refused(
                            host,
                            run,
                            attempt,
                            Cause.START_FAILED,
                            "the outputs folder cannot be made: " + FileProblem.wordsWithFile(e)));
        }
    }

    /** Written to the job's log, for its owner and for attached clients. */
    private static Known tellStandIns(AttemptRun run, Known known, Request.Submit request) {
        long standIns =
                known.row().devices().stream().filter(Attempt.Device::standIn).count();
        if (standIns == 0 || request.gpus() instanceof Gpus.None || known.standInsTold()) {
            return known;
        }
        String notice =
                "[no GPU on this host: %d run slot%s %s in for what the job asks for, and the container gets no GPU]"
                        .formatted(standIns, standIns == 1 ? "" : "s", standIns == 1 ? "stands" : "stand");
        run.say(Source.TRAINYARD, notice);
        return known.withStandInsTold();
    }

    /** Others can move a folder within a named place, so that the worker mounts none over the volume. */
    private static String lostVolume(Request.Submit request, Path folder) {
        Path target = Path.of(request.run().storage().outputs().target()).resolve(folder);
        return "[the image declares %s as a VOLUME: what is written there is not in the outputs, and goes with the container. Mount a folder of the host there (-v %s:%s)]"
                .formatted(
                        target,
                        Path.of(Objects.requireNonNull(
                                        request.run().storage().outputs().location()))
                                .resolve(folder),
                        target);
    }

    private Turn start(AttemptRun run, Known known, ContainerStatus created) {
        Outcome recorded = run.persist(
                () -> host.attempts().created(host.me(), run.id(), created.id().value(), created.name()));
        if (recorded == Outcome.STALE) {
            // The row has changed, and no longer allows the start.
            return Turn.another(known);
        }
        Known starting = known.with(known.engine().beforeStart());
        return Turn.from(starting, () -> {
            try {
                host.containers().start(created.id());
                return Turn.another(starting.with(starting.engine().whileRunning()));
            } catch (StartRefused e) {
                // If the container was removed during the start, this is the reason, whatever the engine's message
                // says.
                StartRefusal refusal = host.containers().inspect(created.id()).isEmpty()
                        ? StartRefusal.CONTAINER_REMOVED
                        : e.refusal();
                host.containers().remove(created.id());
                return Turn.of(starting, failed(run, known.row(), run.request(), refusal, e.reason()));
            }
        });
    }

    private boolean failed(
            AttemptRun run, Attempt attempt, Request.Submit request, StartRefusal refusal, String reason) {
        if (refusal == StartRefusal.IMAGE_GONE) {
            ImageStep.isGone(host, run, request);
        }
        String masked = AttemptEnd.hidden(request).maskedInWordsOfOthers(reason);
        return AttemptEnd.notStarted(host, run, attempt, refusal, StartRefused.sentence(masked, refusal));
    }

    private Turn attach(AttemptRun run, Known known, Request.Submit request, ContainerStatus found) {
        recordStart(run, known.row(), found);
        Known current = SettledAttempt.of(host, run, known);
        if (current.row().state() != AttemptState.RUNNING) {
            return Turn.another(current);
        }
        Known running = current.with(current.engine().whileRunning());
        boolean unread = running.row().suspicion().isGivenUp() || running.row().isSuspectToEnd();
        if (unread) {
            GivenUp.tellUnread(run);
        } else {
            run.follow(host, found.id());
        }
        @Nullable LiveOutputs live = unread ? null : LiveOutputs.start(host, run, running.row(), request.run());
        ExitWatch watch = new ExitWatch(host, run, running.row(), request, found.id());
        try {
            watch.await();
            return Turn.another(running.with(running.engine().afterEnd()).endedByItself(watch.endedByItself()));
        } catch (EngineSilent e) {
            return new Turn(running.endedByItself(watch.endedByItself()), false, e);
        } finally {
            if (live != null) {
                live.stop();
            }
        }
    }

    private boolean recordExit(AttemptRun run, Known known, Request.Submit request, ContainerStatus exited) {
        Attempt attempt = known.row();
        recordStart(run, attempt, exited);
        boolean engineLost = engineLost(known);
        String killedBy = killedBy(run, exited);
        boolean well = exited.exitCode() == 0;
        String deviceError = well ? null : host.deviceHealth().failureOf(attempt.devices());
        String fullDisk = well ? null : fullDisk(run, attempt, request);
        Outcome recorded = run.persist(() -> host.attempts()
                .exited(
                        host.me(),
                        run.id(),
                        new AttemptStore.Exit(
                                exited.exitCode(),
                                exited.oomKilled(),
                                exited.error().isEmpty()
                                        ? null
                                        : AttemptEnd.hidden(request).maskedInWordsOfOthers(exited.error()),
                                exited.finishedAt(),
                                engineLost,
                                deviceError,
                                killedBy,
                                fullDisk)));
        log.info("container exited job={} attempt={} exitCode={}", attempt.jobId(), attempt.id(), exited.exitCode());
        return applied(recorded);
    }

    /** Asks at once, because the engine keeps this record only for a short time. */
    private @Nullable String killedBy(AttemptRun run, ContainerStatus exited) {
        return run.waiting()
                .uninterrupted(() -> host.containers().endOf(exited))
                .killedBy(exited.exitCode());
    }

    /** A full disk that the attempt can write to. Measured before its outputs are gathered and its container is removed. */
    private @Nullable String fullDisk(AttemptRun run, Attempt attempt, Request.Submit request) {
        List<Path> places = new ArrayList<>();
        places.add(host.outputs().place(attempt.jobId(), attempt.number(), request.run()));
        places.add(host.engineData());
        request.run().storage().mounts().stream()
                .filter(mount -> !mount.readOnly() && mount.source().startsWith("/"))
                .forEach(mount -> places.add(Path.of(mount.source())));
        try {
            return run.ofDisk(() -> places.stream().filter(DiskRoom::isFull).findFirst())
                    .map(place -> "The disk of %s on the host had less than %d MiB free when it ended"
                            .formatted(place, DiskRoom.LEAST.bytes() >> 20))
                    .orElse(null);
        } catch (Woken | IOException e) {
            // Unknown: no conclusion.
            return null;
        }
    }

    /** With live-restore a container survives its engine, so that the engine has not ended it. */
    private boolean engineLost(Known known) {
        return known.engine().wentAway() && !host.containers().outliveTheEngine();
    }

    private void recordStart(AttemptRun run, Attempt attempt, ContainerStatus status) {
        if (attempt.state() != AttemptState.PREPARING) {
            return;
        }
        // An earlier process may have died between the creation and its record.
        run.persist(
                () -> host.attempts().created(host.me(), run.id(), status.id().value(), status.name()));
        Instant startedAt = Objects.requireNonNullElseGet(status.startedAt(), Instant::now);
        run.persist(() -> host.attempts().started(host.me(), run.id(), startedAt, status.argv()));
        log.info("container started job={} attempt={} container={}", attempt.jobId(), attempt.id(), status.name());
    }

    /** If it was not applied, the next round starts from the changed row. */
    private static boolean applied(Outcome outcome) {
        return outcome == Outcome.APPLIED;
    }
}
