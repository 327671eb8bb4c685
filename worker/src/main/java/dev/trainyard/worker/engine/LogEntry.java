package dev.trainyard.worker.engine;

import java.time.Instant;

/** What a log says next. */
public sealed interface LogEntry {

    /**
     * A line, or a piece of one that is longer than 64 KiB.
     *
     * @param text without the line's end; carriage returns are kept, NUL is removed, what is no UTF-8 is replaced
     * @param continues whether the next entry of the same stream goes on with the same line
     * @param point reading on from here yields what comes after
     */
    record Line(LogStream stream, String text, boolean continues, LogPoint point) implements LogEntry {}

    /** What was written between these is lost: the engine's log budget turned it over before it was read. */
    record Gap(LogPoint after, Instant until) implements LogEntry {}
}
