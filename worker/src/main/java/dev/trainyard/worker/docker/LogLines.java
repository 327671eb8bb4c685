package dev.trainyard.worker.docker;

import dev.trainyard.worker.docker.LogMessages.Message;
import dev.trainyard.worker.engine.LogEntry;
import dev.trainyard.worker.engine.LogPoint;
import dev.trainyard.worker.engine.LogStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Joins messages to lines, splits lines that are too long, and counts entries with the same timestamp. */
final class LogLines {

    static final int LONGEST = 64 * 1024;

    /** The two streams can differ by microseconds, so that a line of one is between pieces of a line of the other. */
    private static final int TIMESTAMPS_REMEMBERED = 256;

    private final Consumer<LogEntry.Line> sink;
    private final Map<LogStream, Pending> pending = new EnumMap<>(LogStream.class);
    private final Map<Instant, Integer> counts = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Instant, Integer> eldest) {
            return size() > TIMESTAMPS_REMEMBERED;
        }
    };

    private record Pending(Instant timestamp, ByteArrayOutputStream bytes) {}

    LogLines(Consumer<LogEntry.Line> sink) {
        this.sink = sink;
    }

    void add(Message message) {
        Pending line = pending.computeIfAbsent(
                message.stream(), stream -> new Pending(message.timestamp(), new ByteArrayOutputStream()));
        byte[] text = message.text();
        boolean ends = text.length > 0 && text[text.length - 1] == '\n';
        line.bytes().write(text, 0, ends ? text.length - 1 : text.length);
        emit(message.stream(), line, ends);
        if (ends) {
            pending.remove(message.stream());
        }
    }

    /** Call this at the end of the log: text without a newline is then also a line. */
    void end() {
        pending.forEach((stream, line) -> emit(stream, line, true));
        pending.clear();
    }

    private void emit(LogStream stream, Pending line, boolean ends) {
        if (!ends && line.bytes().size() <= LONGEST) {
            return;
        }
        byte[] bytes = line.bytes().toByteArray();
        int from = 0;
        while (bytes.length - from > LONGEST) {
            int to = boundary(bytes, from + LONGEST);
            emit(stream, line.timestamp(), bytes, from, to, true);
            from = to;
        }
        line.bytes().reset();
        if (ends) {
            emit(stream, line.timestamp(), bytes, from, bytes.length, false);
        } else {
            line.bytes().writeBytes(Arrays.copyOfRange(bytes, from, bytes.length));
        }
    }

    private void emit(LogStream stream, Instant timestamp, byte[] bytes, int from, int to, boolean continues) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8).replace("\0", "");
        int count = counts.merge(timestamp, 1, Integer::sum);
        sink.accept(new LogEntry.Line(stream, text, continues, new LogPoint(timestamp, count)));
    }

    /** Avoids splitting a character: in UTF-8 its first byte is at most three bytes back. */
    private static int boundary(byte[] bytes, int at) {
        for (int start = at; start > at - 4; start--) {
            if ((bytes[start] & 0xC0) != 0x80) {
                return start;
            }
        }
        return at;
    }
}
