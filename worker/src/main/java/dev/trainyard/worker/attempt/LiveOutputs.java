package dev.trainyard.worker.attempt;

import dev.trainyard.core.training.RunSpec;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.HostUse;
import dev.trainyard.db.OutputStore;
import dev.trainyard.db.Replaced;
import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.output.EarlierFiles;
import dev.trainyard.worker.output.FolderListing;
import dev.trainyard.worker.output.Notes;
import dev.trainyard.worker.output.OpenFolder;
import dev.trainyard.worker.output.OutputFile;
import dev.trainyard.worker.output.ScalarLimit;
import dev.trainyard.worker.output.TensorBoardScalars;
import dev.trainyard.worker.output.TensorBoardScalars.Reached;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Looks regularly at the outputs of a running container, so that users see files and curves before it ends. It records each file's name,
 * size and time, and reads the new part of event files. The manifest at the end replaces all of this. After a failed look, the next catches
 * up.
 */
final class LiveOutputs {

    private static final Logger log = LoggerFactory.getLogger(LiveOutputs.class);
    private static final MonotonicClock CLOCK = MonotonicClock.SYSTEM;
    private static final Duration FIRST_AFTER = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(30);

    /** Looks may take a twentieth of the time, regardless of the number of files. */
    private static final int PAUSE_PER_LOOK = 20;

    private static final int MAX_FILES = 10_000;

    private final Host host;
    private final AttemptRun run;
    private final Attempt attempt;
    private final RunSpec spec;
    private final Beat beat;

    /** What the database has. */
    private final Map<Path, Seen> seen = new HashMap<>();

    /** Whether it is unknown what the database has. */
    private boolean anew = true;

    private @Nullable EarlierFiles earlier;
    private boolean earlierKnown;
    private ScalarLimit limit = new ScalarLimit();

    /** @param read how far an event file has been read */
    private record Seen(FolderListing.Found found, Reached read) {}

    private LiveOutputs(Host host, AttemptRun run, Attempt attempt, RunSpec spec) {
        this.host = host;
        this.run = run;
        this.attempt = attempt;
        this.spec = spec;
        this.beat =
                new Beat(this::watch, Beat.AfterFailure.always(PAUSE), Beat.Telling.of(this::tell, () -> {}), CLOCK);
    }

    private boolean tell(Exception failure) {
        log.warn("outputs not looked at attempt={}", run.id(), failure);
        return true;
    }

    /** Looks until it is stopped or the attempt no longer runs. */
    static LiveOutputs start(Host host, AttemptRun run, Attempt attempt, RunSpec spec) {
        LiveOutputs live = new LiveOutputs(host, run, attempt, spec);
        // A file system can block the thread without limit.
        live.beat.startIn(
                FIRST_AFTER,
                Thread.ofPlatform().daemon().name("live-" + run.id().shortForm()));
        return live;
    }

    /** Does not wait, because the database refuses a late record. */
    void stop() {
        beat.stop();
    }

    private Beat.Next watch() throws InterruptedException {
        long before = CLOCK.nanoTime();
        if (!look()) {
            return Beat.Next.OVER;
        }
        Duration took = Duration.ofNanos(CLOCK.nanoTime() - before).multipliedBy(PAUSE_PER_LOOK);
        return Beat.Next.in(took.compareTo(PAUSE) < 0 ? PAUSE : took);
    }

    /** Returns whether the attempt still runs. */
    private boolean look() throws InterruptedException {
        try {
            HostUse use = host.use();
            try (OpenFolder folder = host.openOutputs(attempt, spec, use)) {
                return look(folder);
            }
        } catch (IOException | DataAccessException | TransactionException e) {
            log.debug("outputs not looked at attempt={}", run.id(), e);
            // It is unknown what the database has stored.
            anew = true;
            return true;
        } catch (Replaced e) {
            return false;
        } catch (RuntimeException e) {
            anew = true;
            throw e;
        }
    }

    private boolean look(OpenFolder folder) throws IOException, InterruptedException {
        if (!earlierKnown) {
            earlier = host.earlierFiles(attempt, spec);
            earlierKnown = true;
        }
        FolderListing listing = FolderListing.of(folder, earlier, MAX_FILES);
        if (anew || listing.files().stream().anyMatch(this::isCut)) {
            anew = true;
            limit = new ScalarLimit();
            seen.clear();
        }
        List<OutputStore.OutputFile> files = new ArrayList<>();
        List<OutputStore.Scalar> scalars = new ArrayList<>();
        Map<Path, Seen> now = new HashMap<>();
        for (FolderListing.Found found : listing.files()) {
            Seen before = seen.get(found.file());
            if (before != null && before.found.equals(found)) {
                now.put(found.file(), before);
                continue;
            }
            OutputFile.Kind kind = found.kind();
            files.add(new OutputStore.OutputFile(found.path(), kind.name(), found.size(), null, found.modified()));
            Reached read = before == null ? Reached.BEGINNING : before.read;
            if (kind == OutputFile.Kind.TENSORBOARD) {
                read = read(folder, found, read, scalars);
            }
            now.put(found.file(), new Seen(found, read));
        }
        List<String> gone = seen.entrySet().stream()
                .filter(before -> !now.containsKey(before.getKey()))
                .map(before -> before.getValue().found.path())
                .toList();
        Notes ofCurves = new Notes();
        now.values().forEach(each -> each.read.missing(each.found.path(), false).forEach(ofCurves::add));
        List<String> missing = Stream.of(listing.missing().stream(), limit.missing().stream(), ofCurves.list().stream())
                .flatMap(each -> each)
                .toList();
        boolean runs = host.outputRows().seen(host.me(), run.id(), anew, files, gone, scalars, missing);
        anew = false;
        seen.clear();
        seen.putAll(now);
        return runs;
    }

    /** Whether the file was rewritten, so that it no longer has the points that the database has. */
    private boolean isCut(FolderListing.Found found) {
        Seen before = seen.get(found.file());
        return before != null && found.size() < before.read.end();
    }

    private Reached read(OpenFolder folder, FolderListing.Found found, Reached from, List<OutputStore.Scalar> scalars)
            throws InterruptedException {
        try {
            TensorBoardScalars.Part part = TensorBoardScalars.read(folder, found.file(), from, limit);
            scalars.addAll(OutputsStep.rows(found.path(), part));
            return part.reached();
        } catch (IOException e) {
            log.debug("scalars not read path={}", found.path(), e);
            return from;
        }
    }
}
