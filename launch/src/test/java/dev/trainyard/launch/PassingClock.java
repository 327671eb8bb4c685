package dev.trainyard.launch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clock on which time passes by sleeping, at once. */
final class PassingClock implements MonotonicClock {

    final List<Duration> slept = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1;

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void sleep(Duration length) {
        slept.add(length);
        now += length.toNanos();
    }
}
