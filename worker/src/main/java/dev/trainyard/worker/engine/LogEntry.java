package dev.trainyard.worker.engine;

import java.time.Instant;

/** The next entry of a log. */
public sealed interface LogEntry {

    /**
     * A line, or a piece of a line that is longer than 64 KiB.
     *
     * @param text without the line end; carriage returns are kept, NUL is removed, bytes that are not UTF-8 are replaced
     * @param continues whether the next entry of the same stream continues the line
     * @param point where to continue after this entry
     */
    record Line(LogStream stream, String text, boolean continues, LogPoint point) implements LogEntry {}

    /** The log from the previous entry until this time is lost: the engine rotated it away before it was read. */
    record Gap(Instant until) implements LogEntry {}
}
