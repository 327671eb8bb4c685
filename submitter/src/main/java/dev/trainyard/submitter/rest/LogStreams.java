package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import dev.trainyard.db.LogStore;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The open log streams. Each runs in its caller's (virtual) thread until the server stops. */
public final class LogStreams implements AutoCloseable {

    private final KnownJobs jobs;
    private final History history;
    private final LogStore logs;
    private final CountDownLatch closed = new CountDownLatch(1);

    LogStreams(KnownJobs jobs, History history, LogStore logs) {
        this.jobs = jobs;
        this.history = history;
        this.logs = logs;
    }

    /**
     * Streams a job's log until it ends, the client disconnects, or the server stops.
     *
     * @param from where to resume
     */
    void stream(JobId job, LogPosition from, LogWish wish, boolean follow, EventStream out) throws IOException {
        new JobLogStream(job, from, wish, follow, new Sources(jobs, history, logs), out, this::pause).run();
    }

    /** The stores that a stream reads. */
    record Sources(KnownJobs jobs, History history, LogStore logs) {}

    /** @return false if the server stops */
    private boolean pause(Duration pause) {
        try {
            return !closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends all streams. Their clients can resume at another server after the last event that they received. */
    @Override
    public void close() {
        closed.countDown();
    }
}
