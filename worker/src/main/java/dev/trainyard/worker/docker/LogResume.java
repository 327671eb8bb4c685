package dev.trainyard.worker.docker;

import dev.trainyard.worker.engine.LogEntry;
import dev.trainyard.worker.engine.LogPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Skips everything up to the resume point. It compares positions, not times, because the timestamps of the two streams are not in
 * order. If the log no longer contains the point, a gap marks the loss.
 */
final class LogResume implements Consumer<LogEntry.Line> {

    /** How far after its timestamp to search for the point. The streams differ by far less. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int MOST_HELD = 10_000;

    private final LogPoint after;
    private final Consumer<LogEntry> sink;
    private final List<LogEntry.Line> held = new ArrayList<>();
    private boolean found;

    LogResume(LogPoint after, Consumer<LogEntry> sink) {
        this.after = after;
        this.sink = sink;
    }

    @Override
    public void accept(LogEntry.Line line) {
        if (found) {
            sink.accept(line);
        } else if (line.point().equals(after)) {
            found = true;
            held.clear();
        } else if (line.point().timestamp().isAfter(after.timestamp())) {
            held.add(line);
            if (held.size() == MOST_HELD
                    || line.point().timestamp().isAfter(after.timestamp().plus(PATIENCE))) {
                giveUp();
            }
        }
    }

    /** Call this at the end of the log. */
    void end() {
        if (!found && !held.isEmpty()) {
            giveUp();
        }
    }

    private void giveUp() {
        found = true;
        sink.accept(new LogEntry.Gap(held.getFirst().point().timestamp()));
        held.forEach(sink);
        held.clear();
    }
}
