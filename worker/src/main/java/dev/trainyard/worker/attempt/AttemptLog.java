package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.LogStore.ResumePoint;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.db.Outage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Writes the attempt's log to the database. A thread of its own writes the lines in chunks, so that no caller waits for each line. A full
 * buffer blocks the reader of the engine's log, never the container.
 */
final class AttemptLog {

    private static final Logger log = LoggerFactory.getLogger(AttemptLog.class);
    private static final int CHUNK_CHARS = 64 * 1024;
    private static final int BUFFER_CHARS = 4 * 1024 * 1024;

    /** The database keeps the end of a container's log, which is enough to see why it failed. The outputs have more. */
    private static final long KEPT_BYTES = 8L << 20;

    /** Trimming is expensive, so that the log may exceed its budget by this much. */
    private static final long SLACK_BYTES = 2L << 20;

    private final AttemptId attempt;
    private final LogStore store;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private int buffered;
    private boolean writing;
    private boolean closed;
    private boolean dropped;

    /** Used only by the writing thread. Negative if unknown. */
    private long stored = -1;

    private record Piece(
            Source source, String line, @Nullable ResumePoint resume) {}

    AttemptLog(AttemptId attempt, LogStore store) {
        this.attempt = attempt;
        this.store = store;
        Thread.ofVirtual().name("log-" + attempt.shortForm()).start(this::write);
    }

    /** @param line without a line end */
    void line(Source source, String line) throws InterruptedException {
        add(new Piece(source, line + "\n", null));
    }

    /** @param continues whether the next piece continues the line */
    void container(String text, boolean continues, ResumePoint resume) throws InterruptedException {
        add(new Piece(Source.CONTAINER, continues ? text : text + "\n", resume));
    }

    private synchronized void add(Piece piece) throws InterruptedException {
        while (buffered > BUFFER_CHARS && !closed) {
            wait();
        }
        pieces.add(piece);
        buffered += piece.line().length();
        notifyAll();
    }

    /** Returns when the database has every added line. After {@link #close}, returns also if the rest was dropped. */
    synchronized void drain() throws InterruptedException {
        while (!dropped && (!pieces.isEmpty() || writing)) {
            wait();
        }
    }

    /** Lines that are not written yet may be dropped. The next process reads them from the engine again. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    private void write() {
        try {
            while (true) {
                Chunk chunk = next();
                if (chunk == null || !insist(chunk)) {
                    return;
                }
                keepToBudget(chunk);
                synchronized (this) {
                    writing = false;
                    notifyAll();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the log's writer", e);
        }
    }

    private record Chunk(
            Source source, String text, @Nullable ResumePoint resume) {}

    private synchronized @Nullable Chunk next() throws InterruptedException {
        while (pieces.isEmpty()) {
            if (closed) {
                return null;
            }
            wait();
        }
        Source source = pieces.element().source();
        StringBuilder text = new StringBuilder();
        ResumePoint resume = null;
        while (!pieces.isEmpty() && pieces.element().source() == source && text.length() < CHUNK_CHARS) {
            Piece piece = pieces.remove();
            text.append(piece.line());
            resume = piece.resume() == null ? resume : piece.resume();
        }
        buffered -= text.length();
        writing = true;
        notifyAll();
        return new Chunk(source, text.toString(), resume);
    }

    /** False if closed before the chunk was stored. Then no later chunk may be stored: the next process would continue after it. */
    private boolean insist(Chunk chunk) throws InterruptedException {
        boolean failed = false;
        while (true) {
            synchronized (this) {
                if (failed && closed) {
                    dropped = true;
                    notifyAll();
                    return false;
                }
            }
            try {
                store.append(attempt, chunk.source(), chunk.text(), chunk.resume());
                return true;
            } catch (DataAccessException | TransactionException e) {
                if (!Outage.isTransient(e)) {
                    giveUp(chunk, e);
                    return true;
                }
                // WorkLoop reports an outage.
                if (!failed && !Outage.isAway(e)) {
                    log.warn("log not stored, trying until it is attempt={} error={}", attempt, e.getMessage());
                }
                failed = true;
                Thread.sleep(1000);
            }
        }
    }

    /** The database would refuse it every time, and block everything after it. */
    private void giveUp(Chunk chunk, Exception refusal) {
        log.error(
                "log refused by the database, {} characters lost attempt={}",
                chunk.text().length(),
                attempt,
                refusal);
        try {
            store.append(
                    attempt,
                    Source.TRAINYARD,
                    "[%d characters of the log could not be stored; the outputs have the whole of it]%n"
                            .formatted(chunk.text().length()),
                    null);
        } catch (DataAccessException | TransactionException e) {
            log.warn("nor is the gap recorded attempt={} error={}", attempt, e.getMessage());
        }
    }

    /** After a failure, the next chunk trims. */
    private void keepToBudget(Chunk chunk) {
        if (chunk.source() != Source.CONTAINER) {
            return;
        }
        try {
            stored = stored < 0 ? store.bytes(attempt) : stored + chunk.text().getBytes(StandardCharsets.UTF_8).length;
            if (stored > KEPT_BYTES + SLACK_BYTES) {
                store.trim(attempt, KEPT_BYTES);
                stored = store.bytes(attempt);
            }
        } catch (DataAccessException | TransactionException e) {
            log.debug("log not trimmed attempt={}", attempt, e);
        }
    }
}
