package dev.trainyard.worker.engine;

/** The stream of a log line. A container with a terminal has only STDOUT. */
public enum LogStream {
    STDOUT,
    STDERR
}
