package dev.trainyard.worker.docker;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The bytes that the program wrote: a log stream without frames. */
final class LogText {

    private static final int HEADER_AFTER_STREAM = 3;

    private final DataInputStream stream;
    private final boolean tty;
    private int left;

    LogText(InputStream stream, boolean tty) {
        this.stream = new DataInputStream(stream);
        this.tty = tty;
    }

    /** As {@link InputStream#read(byte[])}. */
    int read(byte[] buffer) throws IOException {
        if (tty) {
            return stream.read(buffer);
        }
        while (left == 0) {
            if (stream.read() < 0) {
                return -1;
            }
            stream.readNBytes(HEADER_AFTER_STREAM);
            left = stream.readInt();
        }
        int read = stream.read(buffer, 0, Math.min(buffer.length, left));
        if (read < 0) {
            throw new EOFException("the log stream ended within a frame");
        }
        left -= read;
        return read;
    }
}
