package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Deadlines;
import dev.trainyard.core.lifecycle.EndExplanation;
import dev.trainyard.core.lifecycle.ExitEvidence;
import dev.trainyard.core.lifecycle.LogClues;
import dev.trainyard.core.lifecycle.Verdict;
import dev.trainyard.core.request.Request;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.HostUse;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.db.OutputStore;
import dev.trainyard.launch.FileProblem;
import dev.trainyard.worker.attempt.Waiting.Woken;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerSpecs;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.LogFile;
import dev.trainyard.worker.output.EarlierFiles;
import dev.trainyard.worker.output.Notes;
import dev.trainyard.worker.output.OpenFolder;
import dev.trainyard.worker.output.OutputFile;
import dev.trainyard.worker.output.OutputManifest;
import dev.trainyard.worker.output.ScalarLimit;
import dev.trainyard.worker.output.TensorBoardScalars;
import dev.trainyard.worker.output.TensorBoardScalars.Reached;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Third step: stores the rest of the log, makes the manifest, records the end, and removes the container, in this order. Each part can be
 * repeated. The devices are already free.
 */
final class OutputsStep implements Step {

    private static final Logger log = LoggerFactory.getLogger(OutputsStep.class);
    /** Files can have any size. A sparse file needs little space, but takes as long to read as any other. */
    private static final Duration READ_WITHIN = Duration.ofHours(1);

    private static final Duration ENGINE_PAUSE = Duration.ofSeconds(1);

    private final Host host;

    OutputsStep(Host host) {
        this.host = host;
    }

    @Override
    public Known run(AttemptRun run, Known before) {
        Known known = SettledAttempt.of(host, run, before);
        Attempt attempt = known.row();
        if (attempt.state() == AttemptState.COLLECTING) {
            Collected collected = collect(run, attempt);
            if (collected != null) {
                conclude(run, known, collected);
            }
        }
        if (attempt.state() != AttemptState.COLLECTING && attempt.state() != AttemptState.ENDED) {
            throw new IllegalStateException(
                    "attempt %s is %s: nothing of it is to be removed".formatted(attempt.id(), attempt.state()));
        }
        if (attempt.containerId() != null) {
            remove(run, new ContainerId(attempt.containerId()));
        }
        host.forgetEarlierFiles(attempt, run.request().run());
        return known;
    }

    private void conclude(AttemptRun run, Known known, Collected collected) {
        run.persist(() -> {
            record(run, isShared(run), collected);
            return true;
        });
        boolean wholeLog = collected.logKept() || hasWholeLog(run, collected.log());
        end(run, known, wholeLog && collected.complete());
    }

    private void record(AttemptRun run, boolean shared, Collected collected) {
        if (collected.equals(Collected.UNWANTED)) {
            host.outputRows().leaveAsSeen(run.id(), collected.missing());
        } else if (shared) {
            host.outputRows()
                    .recordShared(
                            run.id(), collected.files(), collected.scalars(), collected.missing(), collected.present());
        } else {
            host.outputRows().record(run.id(), collected.files(), collected.scalars(), collected.missing());
        }
    }

    /**
     * The gathered outputs.
     *
     * @param logKept whether the database has the whole log, so that the outputs need no file of it
     * @param log the log file; null if it was not written
     * @param complete whether all files of the attempt are listed
     * @param missing what is not listed and why
     * @param present all files that are in the place now; null if unknown
     */
    private record Collected(
            boolean logKept,
            @Nullable LogFile log,
            boolean complete,
            List<String> missing,
            @Nullable List<String> present,
            List<OutputStore.OutputFile> files,
            List<OutputStore.Scalar> scalars) {

        static final Collected NOTHING = new Collected(
                false,
                null,
                false,
                List.of("they could not be gathered: the log says why"),
                null,
                List.of(),
                List.of());

        static final Collected UNWANTED = new Collected(
                false,
                null,
                false,
                List.of("the job was cancelled again while they were gathered"),
                null,
                List.of(),
                List.of());
    }

    /** Null if the attempt has ended without its worker in the meantime. */
    private @Nullable Collected collect(AttemptRun run, Attempt attempt) {
        ContainerId container = new ContainerId(Objects.requireNonNull(attempt.containerId()));
        boolean shared = isShared(run);
        // Not within a wait, because it can wait itself.
        HostUse use = run.persist(host::use);
        LogFollower follower = run.follow(host, container);
        Attempt now = attempt;
        while (now.state() == AttemptState.COLLECTING) {
            run.wants(now.outputsWanted());
            if (now.outputsWanted() == Attempt.Wanted.NOTHING) {
                return Collected.UNWANTED;
            }
            try {
                return gather(run, attempt, container, shared, use, follower);
            } catch (Woken e) {
                if (!e.byRow()) {
                    log.warn("outputs took longer than {} attempt={}", Deadlines.COLLECT, run.id());
                    return Collected.NOTHING;
                }
                now = run.persist(() -> host.attempts().find(run.id())).orElseThrow();
            }
        }
        return null;
    }

    private Collected gather(
            AttemptRun run, Attempt attempt, ContainerId container, boolean shared, HostUse use, LogFollower follower)
            throws Woken {
        long before = System.nanoTime();
        run.await(Deadlines.COLLECT, true, () -> {
            follower.finish();
            return true;
        });
        Duration left = Deadlines.COLLECT.minusNanos(System.nanoTime() - before);
        // Not within a wait: an outage of the database makes this thread wait too.
        boolean logKept = isLogKept(run);
        return run.await(left, true, () -> {
            try (OpenFolder outputs = host.openOutputs(attempt, run.request().run(), use)) {
                LogFile written = logKept ? null : writeLog(run, attempt, container, outputs, shared);
                return manifest(
                        run, outputs, host.earlierFiles(attempt, run.request().run()), logKept, written);
            } catch (IOException e) {
                log.warn("outputs not gathered attempt={} because={}", run.id(), e.toString());
                tell(run, "[the outputs were not gathered: %s]".formatted(FileProblem.wordsWithFile(e)));
                return Collected.NOTHING;
            }
        });
    }

    /**
     * Whether the outputs need no log file. This is known only when the log has been read to its end. After the job, a folder of the
     * submitter looks as if the container had run there without Trainyard, unless the log is too long for the database.
     */
    private boolean isLogKept(AttemptRun run) {
        return run.request().run().storage().outputs().inPlace()
                && run.persist(() -> host.logs().isWhole(run.id()));
    }

    /** A place that a user names can contain files of other attempts. */
    private static boolean isShared(AttemptRun run) {
        return run.request().run().storage().outputs().location() != null;
    }

    /** The file lies beside the files of the program, and the manifest lists it. */
    private @Nullable LogFile writeLog(
            AttemptRun run, Attempt attempt, ContainerId container, OpenFolder outputs, boolean shared)
            throws InterruptedException {
        String wanted = shared ? "trainyard-" + attempt.id().shortForm() : "trainyard";
        while (true) {
            try (OutputStream file =
                    host.outputs().newLog(attempt.jobId(), attempt.number(), attempt.id(), outputs, wanted)) {
                return host.containers().writeLog(container, file, ContainerSpecs.DEFAULT_LOG_BUDGET);
            } catch (EngineSilent e) {
                Thread.sleep(ENGINE_PAUSE);
            } catch (EngineRefused | IOException e) {
                log.warn("log file not written attempt={} error={}", run.id(), e.toString());
                tell(run, "[this log could not be written to the outputs]");
                return null;
            }
        }
    }

    /** The engine silently drops the beginning of a log that exceeds its budget. A comparison with what was followed shows this. */
    private boolean hasWholeLog(AttemptRun run, @Nullable LogFile file) {
        if (file == null) {
            return false;
        }
        long missing = file.missing(run.persist(() -> host.logs().everStored(run.id())));
        if (missing == 0) {
            return file.complete();
        }
        log.warn("log file lacks {} bytes of the log attempt={}", missing, run.id());
        String mark = "[%d bytes of this log are not in the outputs either: the engine had dropped its beginning]"
                .formatted(missing);
        try {
            run.await(Deadlines.COLLECT, false, () -> {
                tell(run, mark);
                return true;
            });
        } catch (Woken e) {
            log.warn("log not stored within {} attempt={}", Deadlines.COLLECT, run.id());
        }
        return false;
    }

    /** Stored before the end is recorded, because readers stop at the end. */
    private static void tell(AttemptRun run, String mark) throws InterruptedException {
        run.log().line(Source.TRAINYARD, mark);
        run.log().drain();
    }

    private static Collected manifest(
            AttemptRun run,
            OpenFolder outputs,
            @Nullable EarlierFiles earlier,
            boolean logKept,
            @Nullable LogFile written)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + READ_WITHIN.toNanos();
        OutputManifest manifest = OutputManifest.of(
                outputs,
                earlier,
                new CollectProgress(System::nanoTime, line -> run.log().line(Source.TRAINYARD, line)),
                () -> enough(run, until));
        for (String note : manifest.notes()) {
            log.info("outputs attempt={} note={}", run.id(), note);
            run.log().line(Source.TRAINYARD, "[outputs: %s]".formatted(note));
        }
        List<OutputStore.OutputFile> files = manifest.files().stream()
                .map(file -> new OutputStore.OutputFile(
                        file.path(), file.kind().name(), file.size(), file.sha256(), file.modified()))
                .toList();
        ScalarLimit limit = new ScalarLimit();
        Notes ofCurves = new Notes();
        List<OutputStore.Scalar> scalars = scalars(outputs, manifest, limit, ofCurves);
        return new Collected(
                logKept,
                written,
                manifest.complete(),
                Stream.of(manifest.missing().stream(), limit.missing().stream(), ofCurves.list().stream())
                        .flatMap(each -> each)
                        .toList(),
                manifest.present(),
                files,
                scalars);
    }

    private static @Nullable String enough(AttemptRun run, long until) {
        if (run.outputsWanted() != Attempt.Wanted.ALL) {
            return "the job was cancelled while they were read";
        }
        return System.nanoTime() - until > 0 ? "reading took more than %d h".formatted(READ_WITHIN.toHours()) : null;
    }

    private static List<OutputStore.Scalar> scalars(
            OpenFolder outputs, OutputManifest manifest, ScalarLimit limit, Notes missing) throws InterruptedException {
        List<OutputStore.Scalar> scalars = new ArrayList<>();
        for (OutputFile file : manifest.files()) {
            if (file.kind() == OutputFile.Kind.TENSORBOARD) {
                try {
                    TensorBoardScalars.Part part =
                            TensorBoardScalars.read(outputs, file.file(), Reached.BEGINNING, limit);
                    scalars.addAll(rows(file.path(), part));
                    // The attempt is over, so that an incomplete record remains incomplete.
                    part.reached().missing(file.path(), true).forEach(missing::add);
                } catch (IOException e) {
                    log.info("scalars not read path={} error={}", file.path(), e.getMessage());
                    missing.add("the points of %s are not recorded: %s"
                            .formatted(file.path(), FileProblem.wordsWithFile(e)));
                }
            }
        }
        return scalars;
    }

    /** Points of curves. As in TensorBoard, the run of a curve is the folder of its file. */
    static List<OutputStore.Scalar> rows(String path, TensorBoardScalars.Part part) {
        int slash = path.lastIndexOf('/');
        String folder = slash < 0 ? "." : path.substring(0, slash);
        return part.scalars().stream()
                .map(scalar ->
                        new OutputStore.Scalar(folder, scalar.tag(), scalar.step(), scalar.value(), scalar.wallTime()))
                .toList();
    }

    private void end(AttemptRun run, Known known, boolean complete) {
        Attempt attempt = known.row();
        Request.Submit request = run.request();
        LogClues clues = LogClues.of(
                run.persist(() -> host.logs().tail(run.id(), LogClues.TAIL_CHARS)), AttemptEnd.hidden(request));
        ExitEvidence evidence = attempt.evidence(!known.endedByItself(), clues);
        Cause cause = Verdict.of(evidence);
        // A kill request gives the program no grace period.
        String stopSignal = attempt.killRequested() ? "SIGKILL" : ExitWatch.stopSignal(request);
        String detail = EndExplanation.of(cause, evidence, clues, stopSignal, host.grace(request));
        run.persist(
                () -> host.attempts().ended(host.me(), run.id(), AttemptEnd.of(run, attempt, cause, detail, complete)));
        log.info(
                "attempt ended job={} attempt={} cause={} exitCode={}",
                attempt.jobId(),
                attempt.id(),
                cause,
                attempt.exitCode());
    }

    private void remove(AttemptRun run, ContainerId container) {
        while (true) {
            try {
                host.containers().remove(container);
                return;
            } catch (EngineSilent e) {
                run.pause(ENGINE_PAUSE);
            } catch (EngineRefused e) {
                log.warn("container not removed attempt={} error={}", run.id(), e.getMessage());
                return;
            }
        }
    }
}
