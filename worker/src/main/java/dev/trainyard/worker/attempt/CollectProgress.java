package dev.trainyard.worker.attempt;

import dev.trainyard.worker.output.OutputManifest;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Reports the progress of reading the outputs in the attempt's log: first after a few seconds, then at increasing intervals. */
final class CollectProgress implements OutputManifest.Progress {

    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final double MIB = 1 << 20;
    private static final double GIB = 1 << 30;

    private final LongSupplier nanoTime;
    private final Told told;
    private long next;
    private Duration pause = FIRST;

    /** Takes a line. */
    @FunctionalInterface
    interface Told {
        void line(String line) throws InterruptedException;
    }

    CollectProgress(LongSupplier nanoTime, Told told) {
        this.nanoTime = nanoTime;
        this.told = told;
        this.next = nanoTime.getAsLong() + FIRST.toNanos();
    }

    @Override
    public void read(long bytes, long ofBytes) throws InterruptedException {
        if (nanoTime.getAsLong() - next < 0) {
            return;
        }
        boolean large = ofBytes >= GIB;
        double unit = large ? GIB : MIB;
        told.line(String.format(
                Locale.ROOT,
                "[collecting the outputs: %.1f of %.1f %s read]",
                bytes / unit,
                ofBytes / unit,
                large ? "GiB" : "MiB"));
        pause = pause.multipliedBy(2).compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
        next = nanoTime.getAsLong() + pause.toNanos();
    }
}
