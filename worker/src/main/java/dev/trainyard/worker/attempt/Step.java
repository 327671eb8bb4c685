package dev.trainyard.worker.attempt;

/** One step of an attempt. It goes on from whatever the attempt's row says, so running it twice does its work once. */
@FunctionalInterface
interface Step {

    /** Returns what is known after it. */
    Known run(AttemptRun run, Known known);
}
