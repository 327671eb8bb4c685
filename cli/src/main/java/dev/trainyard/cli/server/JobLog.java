package dev.trainyard.cli.server;

import dev.trainyard.cli.server.EventReader.Event;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the log of a job as it is written. After a broken connection it reconnects and continues at the same position. */
public final class JobLog {

    /** One entry of the stream. */
    public sealed interface Entry {

        /**
         * A piece of the log: whole lines, each with its line end.
         *
         * @param source {@code CONTAINER}, {@code IMAGE} (the engine's output of a pull or build) or {@code TRAINYARD}
         */
        record Text(String source, String text) implements Entry {}

        /** The state, the reason to wait or the attempt changed. */
        record State(JsonObject state) implements Entry {}

        /** The connection broke. The client reconnects. */
        record Lost(String why) implements Entry {}

        /** The client is connected again. */
        record Found() implements Entry {}
    }

    /**
     * How long to try to reach an unreachable server.
     *
     * @param limit time from the first failure until the client gives up
     * @param pause time between two tries
     * @param silence after this time without a byte the client reconnects, without a message
     */
    public record Patience(Duration limit, Duration pause, Duration silence) {

        /** A restart of the server takes seconds. After a longer outage, a person should look. */
        public static final Patience DEFAULT =
                new Patience(Duration.ofMinutes(2), Duration.ofSeconds(1), Duration.ofSeconds(60));
    }

    private final ServerClient server;
    private final Patience patience;
    private final String path;
    private final boolean follow;
    private final boolean published;

    private @Nullable String lastId;
    private int lastAttempt;
    private long lastSeq;
    private @Nullable Instant lostAt;

    /** The path of a job's log. The caller may add parameters. */
    public static Query of(String job, boolean follow) {
        return new Query("/jobs/" + job + "/log").with("follow", follow);
    }

    /**
     * @param log the path of the log with its parameters
     * @param follow whether to wait for new entries
     * @param published whether the job was just published, so that a server may not know it yet
     */
    public JobLog(ServerClient server, Patience patience, Query log, boolean follow, boolean published) {
        this.server = server;
        this.patience = patience;
        this.follow = follow;
        this.published = published;
        this.path = log.path();
    }

    /**
     * Reads to the end of the log. Following also ends when the job is held, because only a person can release it.
     *
     * @return the job at that time
     * @throws Failure if the server stays unreachable too long
     */
    public JsonObject read(Consumer<Entry> sink) {
        while (true) {
            try (InputStream in = server.events(path, lastId, patience.silence())) {
                JsonObject job = read(new EventReader(in), sink);
                if (job != null) {
                    return job;
                }
            } catch (IOException e) {
                retryAfter(e, sink);
            } catch (Failure e) {
                if (!published || e.exitCode() != ExitCode.NOT_FOUND) {
                    throw e;
                }
                retryAfter(new IOException(e.getMessage(), e), sink);
            }
        }
    }

    /** Reads one connection. Null if it was silent for so long that it may be broken: the caller then reconnects. */
    private @Nullable JsonObject read(EventReader events, Consumer<Entry> sink) throws IOException {
        while (true) {
            Event event;
            try {
                event = events.next();
            } catch (SocketTimeoutException e) {
                return null;
            }
            if (event == null) {
                throw new IOException("the server closed the connection");
            }
            if (lostAt != null) {
                lostAt = null;
                sink.accept(new Entry.Found());
            }
            JsonObject data = server.parse(event.data());
            switch (event.name()) {
                case "log" -> text(event, data, sink);
                case "state" -> {
                    sink.accept(new Entry.State(data));
                    if (follow && data.text("state").equals("HELD")) {
                        return data;
                    }
                }
                case "end" -> {
                    return data;
                }
                default -> {}
            }
        }
    }

    /** Skips an entry that was already received on an earlier connection. */
    private void text(Event event, JsonObject data, Consumer<Entry> sink) {
        int attempt = Objects.requireNonNullElse(data.integer("attempt"), lastAttempt);
        long seq = Objects.requireNonNullElse(data.integer("seq"), 0);
        if (attempt > lastAttempt || (attempt == lastAttempt && seq > lastSeq)) {
            lastAttempt = attempt;
            lastSeq = seq;
            lastId = event.id() == null ? attempt + ":" + seq : event.id();
            sink.accept(new Entry.Text(data.text("source"), data.text("text")));
        }
    }

    private void retryAfter(IOException e, Consumer<Entry> sink) {
        Instant now = Instant.now();
        if (lostAt == null) {
            lostAt = now;
            sink.accept(new Entry.Lost(Failure.reason(e)));
        } else if (now.isAfter(lostAt.plus(patience.limit()))) {
            throw server.unreachable(e);
        }
        try {
            Thread.sleep(patience.pause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw server.unreachable(e);
        }
    }
}
