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

/** The log of a job as it comes. A connection that breaks is made again, and goes on where it broke. */
public final class JobLog {

    /** What comes, in order. */
    public sealed interface Entry {

        /**
         * A piece of the log: whole lines, each with its line end.
         *
         * @param source {@code CONTAINER}, {@code IMAGE} (the engine's words while it pulls or builds) or {@code TRAINYARD}
         */
        record Text(String source, String text) implements Entry {}

        /** Something changed: the state, the reason to wait, the attempt. */
        record State(JsonObject state) implements Entry {}

        /** The connection broke and is being made again. */
        record Lost(String why) implements Entry {}

        /** The connection is there again. */
        record Found() implements Entry {}
    }

    /**
     * How long to try to reach a server that is away.
     *
     * @param limit from the first failure to giving up
     * @param pause between two tries
     * @param silence after so long without a byte the connection counts as broken, and is made anew without a word
     */
    public record Patience(Duration limit, Duration pause, Duration silence) {

        /** A restart of the server takes seconds; longer, and a person should look. */
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

    /** The log of a job; more may be said of what is wanted. */
    public static Query of(String job, boolean follow) {
        return new Query("/jobs/" + job + "/log").with("follow", follow);
    }

    /**
     * @param log its path, with what of it is wanted
     * @param follow whether to wait for what is yet to come
     * @param published the job was just published, so that a server that does not know it yet will soon
     */
    public JobLog(ServerClient server, Patience patience, Query log, boolean follow, boolean published) {
        this.server = server;
        this.patience = patience;
        this.follow = follow;
        this.published = published;
        this.path = log.path();
    }

    /**
     * Reads to the end. A held job is the end as well, for one who follows: it goes on when a person says so, and nobody knows when.
     *
     * @return the job as it then is
     * @throws Failure if the server stays away too long
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

    /** Reads one connection; null: it has been silent for so long that only a new one tells whether it still is one. */
    private @Nullable JsonObject read(EventReader events, Consumer<Entry> sink) throws IOException {
        while (true) {
            Event event;
            try {
                event = events.next();
            } catch (SocketTimeoutException e) {
                return null;
            }
            if (event == null) {
                throw new IOException("the server closed it");
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

    /** A piece that came before the connection broke may come again. */
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
