package dev.trainyard.e2e;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a storm has done and found so far; from all its threads. */
final class StormReport {

    /** Of what follows an outage: pools and clients come back when they next try. */
    private static final Duration AFTERMATH = Duration.ofSeconds(15);

    private record Outage(Instant from, Instant to) {}

    private final PrintStream out;
    private final Instant started = Instant.now();
    private final Map<String, Integer> faults = new TreeMap<>();
    private final Set<String> violations = new LinkedHashSet<>();
    private final Map<String, Instant> underWay = new TreeMap<>();
    private final List<Outage> outages = new ArrayList<>();

    StormReport(PrintStream out) {
        this.out = out;
    }

    synchronized void say(String text) {
        long seconds = Duration.between(started, Instant.now()).toSeconds();
        out.printf("%3d:%02d  %s%n", seconds / 60, seconds % 60, text);
        out.flush();
    }

    synchronized void fault(String kind) {
        faults.merge(kind, 1, Integer::sum);
    }

    synchronized void violation(String text) {
        if (violations.add(text)) {
            say("VIOLATION " + text);
        }
    }

    synchronized Map<String, Integer> faults() {
        return new TreeMap<>(faults);
    }

    synchronized int faultCount() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** A service is away while the work is done. */
    void outage(String service, Runnable work) {
        synchronized (this) {
            underWay.put(service, Instant.now());
        }
        try {
            work.run();
        } finally {
            synchronized (this) {
                outages.add(new Outage(java.util.Objects.requireNonNull(underWay.remove(service)), Instant.now()));
            }
        }
    }

    /** Whether a service was away at some time from then until now, or had just come back. */
    synchronized boolean wasOutageSince(Instant since) {
        return !underWay.isEmpty()
                || outages.stream()
                        .anyMatch(outage -> outage.to().plus(AFTERMATH).isAfter(since));
    }
}
