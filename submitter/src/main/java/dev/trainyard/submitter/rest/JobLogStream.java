package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.Outage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/**
 * Streams a job's log, over all its attempts, to one client: reads what is new, pauses and reads again. It holds no database connection
 * while it pauses, and survives a short outage of the database.
 */
final class JobLogStream {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** Something is written at least this often, because only a failing write shows that the client has disconnected. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    /** Number of chunks per read. */
    private static final int BATCH = 50;

    private final JobId id;
    private final LogWish wish;
    private final @Nullable Integer only;
    private final boolean follow;
    private final LogStreams.Sources sources;
    private final EventStream out;
    private final Predicate<Duration> pauses;

    private LogPosition position;
    private boolean tailIsDue;

    /** Number of characters to skip at the start of the first chunk. */
    private int skipped;

    private @Nullable Told told;
    private long lastWritten = System.nanoTime();

    /** @param pauses waits; false: the server stops */
    JobLogStream(
            JobId id,
            LogPosition from,
            LogWish wish,
            boolean follow,
            LogStreams.Sources sources,
            EventStream out,
            Predicate<Duration> pauses) {
        this.id = id;
        this.wish = wish;
        this.only = wish.attempt();
        this.position = only == null || from.attempt() == only ? from : new LogPosition(only, 0);
        // A client that resumes after an event wants everything from there on, not a tail.
        this.tailIsDue = wish.tail() != null && from.equals(LogPosition.START);
        this.follow = follow;
        this.sources = sources;
        this.out = out;
        this.pauses = pauses;
    }

    /** The parts of a job whose change causes a {@code state} event. */
    private record Told(
            JobResource.Phase state,
            @Nullable String reason,
            @Nullable String waitingBecause,
            @Nullable Integer attempt,
            @Nullable AttemptState attemptState,
            @Nullable String stopReason) {

        static Told of(JobResource job) {
            History.Attempt attempt = job.attempt();
            return new Told(
                    job.state(),
                    job.reason(),
                    job.waitingBecause(),
                    attempt == null ? null : attempt.number(),
                    attempt == null ? null : attempt.state(),
                    attempt == null ? null : attempt.stopReason());
        }
    }

    /** What to do after a read of the database. */
    private enum Next {
        /** Read again at once: there is more. */
        MORE,
        /** Something was new: pause briefly. */
        SOON,
        /** Nothing was new: pause longer each time. */
        LATER,
        OVER
    }

    private record LogEvent(int attempt, long seq, LogStore.Source source, String text) {}

    void run() throws IOException {
        Duration pause = SHORTEST_PAUSE;
        for (Next next = look(); next != Next.OVER; next = look()) {
            if (next == Next.MORE) {
                continue;
            }
            heartbeat();
            pause = next == Next.SOON ? SHORTEST_PAUSE : longer(pause);
            if (!pauses.test(pause)) {
                out.comment("the server stops");
                out.flush();
                return;
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration longer = pause.multipliedBy(5).dividedBy(4);
        return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    private void heartbeat() throws IOException {
        if (System.nanoTime() - lastWritten > HEARTBEAT.toNanos()) {
            out.comment(Instant.now().toString());
            flush();
        }
    }

    private void flush() throws IOException {
        out.flush();
        lastWritten = System.nanoTime();
    }

    private Next look() throws IOException {
        try {
            // In this order: if the attempt has ended before its log is read, that read is complete.
            Optional<JobResource> job = sources.jobs().find(id);
            return job.isPresent() ? tell(job.get()) : Next.LATER;
        } catch (DataAccessException e) {
            if (!Outage.isTransient(e)) {
                throw e;
            }
            out.comment("the database does not answer");
            flush();
            return Next.LATER;
        }
    }

    private Next tell(JobResource job) throws IOException {
        if (tailIsDue) {
            goToTail(job, Objects.requireNonNull(wish.tail()));
            tailIsDue = false;
        }
        Optional<History.Attempt> current = currentAttempt(job);
        // The end of an attempt is sent last: a reader who sees the verdict has seen the whole log.
        boolean over = isBehind(job)
                || current.map(attempt -> attempt.state() == AttemptState.ENDED).orElse(false);
        boolean changed = !over && tellState(job);
        List<LogStore.Chunk> chunks = current.map(this::chunks).orElse(List.of());
        for (LogStore.Chunk chunk : chunks) {
            position = position.at(chunk.seq());
            out.send(
                    "log",
                    position.toString(),
                    new LogEvent(
                            position.attempt(),
                            chunk.seq(),
                            chunk.source(),
                            chunk.text()
                                    .substring(Math.min(skipped, chunk.text().length()))));
            skipped = 0;
        }
        boolean drained = chunks.size() < BATCH;
        if (over && drained && !isBehind(job)) {
            changed = tellState(job);
        }
        if (changed || !chunks.isEmpty()) {
            flush();
        }
        return drained ? next(job, current, changed || !chunks.isEmpty()) : Next.MORE;
    }

    private List<LogStore.Chunk> chunks(History.Attempt attempt) {
        Optional<Boolean> build = wish.tellsBuild(attempt);
        if (build.isEmpty() && follow) {
            // Wait until it is known, because lines that were skipped are never sent later.
            return List.of();
        }
        return sources.logs()
                .after(
                        attempt.attemptId(),
                        position.seq(),
                        new LogStore.Wanted(build.orElse(false), wish.since()),
                        BATCH);
    }

    /** Goes back from the newest attempt until it has found that many lines. */
    private void goToTail(JobResource job, int lines) {
        History.Attempt attempt = only == null
                ? job.attempt()
                : sources.history().attempt(id, only).orElse(null);
        long missing = lines;
        while (attempt != null) {
            LogStore.Tail tail = sources.logs()
                    .lastLines(
                            attempt.attemptId(),
                            new LogStore.Wanted(wish.tellsBuild(attempt).orElse(false), wish.since()),
                            missing);
            position = new LogPosition(attempt.number(), tail.after());
            skipped = tail.skipped();
            missing -= tail.lines();
            attempt = missing <= 0 || only != null || attempt.number() == 1
                    ? null
                    : sources.history().attempt(id, attempt.number() - 1).orElse(null);
        }
    }

    /** Whether later attempts than the current one are to be streamed too. */
    private boolean isBehind(JobResource job) {
        History.Attempt latest = job.attempt();
        return only == null && latest != null && position.attempt() < latest.number();
    }

    private boolean tellState(JobResource job) throws IOException {
        Told now = Told.of(job);
        boolean changed = !now.equals(told);
        if (changed) {
            told = now;
            out.send("state", null, job);
        }
        return changed;
    }

    /** The attempt whose log is being streamed; empty if there is none yet. */
    private Optional<History.Attempt> currentAttempt(JobResource job) {
        History.Attempt latest = job.attempt();
        if (latest == null) {
            return Optional.empty();
        }
        if (position.attempt() == 0) {
            position = new LogPosition(1, 0);
        }
        return latest.number() == position.attempt()
                ? Optional.of(latest)
                : sources.history().attempt(id, position.attempt());
    }

    /** Called when everything stored of the current attempt has been sent. */
    private Next next(JobResource job, Optional<History.Attempt> current, boolean news) throws IOException {
        boolean drained = current.isEmpty() || !follow || current.get().state() == AttemptState.ENDED;
        if (drained && isBehind(job)) {
            position = new LogPosition(position.attempt() + 1, 0);
            return Next.MORE;
        }
        boolean nothingComes = !follow || job.state().isFinal() || (only != null && current.isPresent());
        if (drained && nothingComes) {
            out.send("end", null, job);
            flush();
            return Next.OVER;
        }
        return news ? Next.SOON : Next.LATER;
    }
}
