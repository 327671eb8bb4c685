package dev.trainyard.worker.engine;

/** Where a line of a log came from. A container with a terminal has only STDOUT. */
public enum LogStream {
    STDOUT,
    STDERR
}
