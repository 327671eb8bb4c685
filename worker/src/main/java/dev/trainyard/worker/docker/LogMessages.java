package dev.trainyard.worker.docker;

import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.LogStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Splits the engine's log stream into messages: each is a line, or the next 16 KiB of a longer line.
 * Without a terminal each message is a frame. With a terminal there are no frames.
 */
sealed interface LogMessages {

    /** The engine splits lines into pieces of this size (moby, daemon/logger/copier.go: defaultBufSize). */
    int LONGEST = 16 * 1024;

    /** {@code 2006-01-02T15:04:05.000000000Z } */
    int TIMESTAMP = 31;

    /** One message. All pieces of a line have the same timestamp; only the last ends with a newline. */
    record Message(LogStream stream, Instant timestamp, byte[] text) {}

    /** Null at the end of the stream. */
    @Nullable
    Message next() throws IOException;

    static LogMessages of(InputStream stream, boolean tty) {
        InputStream buffered = new BufferedInputStream(stream, 2 * LONGEST);
        return tty ? new Bare(buffered) : new Framed(buffered);
    }

    /** Eight bytes: stream, three zeros, length; then timestamp and text. */
    record Framed(InputStream stream) implements LogMessages {

        private static final int SYSTEM_ERROR = 3;
        private static final int HEADER = 8;
        /** Far more than the engine ever sends: the stream is corrupt. */
        private static final int ABSURD = 16 * 1024 * 1024;

        @Override
        public @Nullable Message next() throws IOException {
            byte[] header = stream.readNBytes(HEADER);
            if (header.length == 0) {
                return null;
            }
            if (header.length < HEADER) {
                throw new EOFException("the log stream ended within a frame's header");
            }
            int length = ByteBuffer.wrap(header).getInt(4);
            if (length < 0 || length > ABSURD) {
                throw new IOException("a log frame of %d bytes: the stream is out of step".formatted(length));
            }
            byte[] frame = stream.readNBytes(length);
            if (frame.length < length) {
                throw new EOFException("the log stream ended within a frame");
            }
            if (header[0] == SYSTEM_ERROR) {
                throw new EngineRefused(500, new String(frame, StandardCharsets.UTF_8));
            }
            Instant timestamp = timestamp(frame);
            if (timestamp == null) {
                throw new IOException("a log frame without a timestamp");
            }
            LogStream from = header[0] == 2 ? LogStream.STDERR : LogStream.STDOUT;
            return new Message(from, timestamp, Arrays.copyOfRange(frame, TIMESTAMP, frame.length));
        }
    }

    /** Timestamp and text, up to the newline or the longest message. */
    record Bare(InputStream stream) implements LogMessages {

        @Override
        public @Nullable Message next() throws IOException {
            byte[] head = stream.readNBytes(TIMESTAMP);
            if (head.length == 0) {
                return null;
            }
            Instant timestamp = head.length < TIMESTAMP ? null : timestamp(head);
            if (timestamp == null) {
                throw new IOException("a log message without a timestamp");
            }
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            int next;
            do {
                next = stream.read();
                if (next >= 0) {
                    text.write(next);
                }
            } while (next >= 0 && next != '\n' && text.size() < LONGEST);
            return new Message(LogStream.STDOUT, timestamp, text.toByteArray());
        }
    }

    private static @Nullable Instant timestamp(byte[] message) {
        if (message.length < TIMESTAMP) {
            return null;
        }
        try {
            return Instant.parse(new String(message, 0, TIMESTAMP - 1, StandardCharsets.US_ASCII));
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
