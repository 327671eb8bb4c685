package dev.trainyard.worker.docker;

import com.github.dockerjava.transport.DockerHttpClient.Request;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerStatus;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.LogEntry;
import dev.trainyard.worker.engine.LogFile;
import dev.trainyard.worker.engine.LogPoint;
import dev.trainyard.worker.engine.State;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the logs of containers. docker-java's own reader loses the ends of messages, which are needed to find timestamps. */
final class Logs {

    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;

    /** During a rotation of the log, the engine may fail to open a file that it has just renamed, and answers 500. */
    private static final int MOST_REFUSALS = 5;

    private static final long PAUSE_MILLIS = 200;

    private final Connection connection;
    private final DockerContainers containers;

    Logs(Connection connection, DockerContainers containers) {
        this.connection = connection;
        this.containers = containers;
    }

    /** Follows the log while the container runs. Then reads once more without following, for messages at the end. */
    void follow(ContainerId id, @Nullable LogPoint after, Consumer<LogEntry> sink) throws InterruptedException {
        Following following = new Following(id, after, sink);
        boolean running = true;
        int refusals = 0;
        while (running) {
            Optional<ContainerStatus> status = containers.inspect(id);
            running = status.filter(it -> it.state() == State.RUNNING).isPresent();
            if (status.isPresent()) {
                try {
                    following.read(running, status.get().tty());
                    refusals = 0;
                } catch (EngineRefused e) {
                    refusals++;
                    if (e.status() < SERVER_ERROR || refusals == MOST_REFUSALS) {
                        throw e;
                    }
                    Thread.sleep(PAUSE_MILLIS);
                    running = true;
                }
            }
        }
    }

    LogFile write(ContainerId id, OutputStream out, DataSize budget) throws IOException, InterruptedException {
        boolean tty = containers.inspect(id).map(ContainerStatus::tty).orElse(false);
        try {
            return connection.stream(
                    request(id, "stdout=1&stderr=1"), stream -> copy(new LogText(stream, tty), out, budget.bytes()));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static LogFile copy(LogText text, OutputStream out, long budget) throws IOException {
        byte[] buffer = new byte[LogMessages.LONGEST];
        long written = 0;
        long nuls = 0;
        for (int read = text.read(buffer); read >= 0; read = text.read(buffer)) {
            int kept = (int) Math.min(read, budget - written);
            write(out, buffer, kept);
            written += kept;
            nuls += nuls(buffer, kept);
            if (kept < read) {
                return new LogFile(written - nuls, false);
            }
        }
        return new LogFile(written - nuls, true);
    }

    private static int nuls(byte[] buffer, int length) {
        int nuls = 0;
        for (int i = 0; i < length; i++) {
            nuls += buffer[i] == 0 ? 1 : 0;
        }
        return nuls;
    }

    /** An error of the disk must not look like an error of the connection. */
    private static void write(OutputStream out, byte[] buffer, int length) {
        try {
            out.write(buffer, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Request request(ContainerId id, String query) {
        return Request.builder()
                .method(Request.Method.GET)
                .path("/containers/%s/logs?%s".formatted(id, query))
                .build();
    }

    /** One reader, which may need several streams. */
    private final class Following {

        private final ContainerId id;
        private final Consumer<LogEntry> sink;
        private @Nullable LogPoint last;

        Following(ContainerId id, @Nullable LogPoint after, Consumer<LogEntry> sink) {
            this.id = id;
            this.last = after;
            this.sink = sink;
        }

        void read(boolean follow, boolean tty) throws InterruptedException {
            String since = last == null
                    ? ""
                    : "&since=" + last.timestamp().minusSeconds(1).getEpochSecond();
            Request request =
                    request(id, "timestamps=1&stdout=1&stderr=1&follow=%d%s".formatted(follow ? 1 : 0, since));
            try {
                connection.stream(request, stream -> read(stream, follow, tty));
            } catch (EngineRefused e) {
                if (e.status() != NOT_FOUND) {
                    throw e;
                }
            }
        }

        private boolean read(InputStream stream, boolean follow, boolean tty) throws IOException {
            LogResume resume = last == null ? null : new LogResume(last, this::deliver);
            LogLines lines = new LogLines(resume == null ? this::deliver : resume);
            LogMessages messages = LogMessages.of(stream, tty);
            for (var message = messages.next(); message != null; message = messages.next()) {
                lines.add(message);
            }
            // A followed stream may end too early, within a line. The last read, without following, reads that line
            // again.
            if (!follow) {
                lines.end();
                if (resume != null) {
                    resume.end();
                }
            }
            return follow;
        }

        private void deliver(LogEntry entry) {
            sink.accept(entry);
            if (entry instanceof LogEntry.Line line) {
                last = line.point();
            }
        }
    }
}
