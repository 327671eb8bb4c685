package dev.trainyard.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/** One worker of a storm: started again whenever it has ended, as a service manager does. An end that nobody caused is a violation. */
final class StormWorker {

    private static final int KILLED = 137;
    private static final int UNAVAILABLE = 69;
    private static final Duration FOR_A_POLITE_END = Duration.ofSeconds(30);

    private final Installation installation;
    private final StormReport report;
    private final String name;
    private final ReentrantLock lock = new ReentrantLock(true);

    private ProductProcess process;
    private Instant started = Instant.now();
    private boolean hasFailpoint;
    private boolean over;

    StormWorker(Installation installation, StormReport report, String name) {
        this.installation = installation;
        this.report = report;
        this.name = name;
        this.process = installation.startWorker(name);
    }

    void kill(Duration away) {
        locked(() -> {
            process.kill();
            Storm.pause(away);
            start();
        });
    }

    void stop(Duration away) {
        locked(() -> {
            Instant asked = Instant.now();
            process.askToStop();
            if (!process.ends(FOR_A_POLITE_END)) {
                if (!report.wasOutageSince(asked)) {
                    report.violation("%s ends within %d s when it is told to: it goes on; %s"
                            .formatted(name, FOR_A_POLITE_END.toSeconds(), process.lastWords()));
                }
                process.kill();
            } else {
                judgeStopped();
            }
            Storm.pause(away);
            start();
        });
    }

    /** In the middle of its start it may have no handler of the signal yet: then it ends by the signal itself. */
    private void judgeStopped() {
        int code = process.awaitExit();
        if (code != 0 && !(code == 143 && !process.said().contains("worker ready")) && !isExplained(code)) {
            report.violation("%s ends with 0 when it is told to: it ended with %d; %s"
                    .formatted(name, code, process.lastWords()));
        }
    }

    void freeze(Duration length) {
        locked(() -> {
            if (process.isAlive()) {
                process.freeze();
                try {
                    Storm.pause(length);
                } finally {
                    process.thaw();
                }
            }
        });
    }

    /** From now on it dies or stands still there, if it comes there within a while. */
    void dieAt(Failpoint point, Duration frozen) {
        locked(() -> {
            process.kill();
            started = Instant.now();
            hasFailpoint = true;
            process = installation.startWorker(name, "slots:2", point);
            Storm.until(
                    Duration.ofSeconds(40),
                    () -> !process.isAlive() || process.said().contains("failpoint reached"));
            if (point.what() == Failpoint.What.FREEZE && process.isAlive()) {
                Storm.pause(frozen);
                process.thaw();
            }
        });
    }

    /** Looks after it: to be called again and again. */
    void watch() {
        if (lock.tryLock()) {
            try {
                if (!over && !process.isAlive()) {
                    judgeEnd();
                    start();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void judgeEnd() {
        int code = process.awaitExit();
        if (!isExplained(code)) {
            report.violation("no worker ends that nobody ended: %s ended with %d; %s"
                    .formatted(name, code, process.lastWords()));
        }
    }

    private boolean isExplained(int code) {
        return code == KILLED && hasFailpoint && process.said().contains("failpoint reached")
                || code == UNAVAILABLE && report.wasOutageSince(started);
    }

    /** Returns when it takes work, without any failpoint. */
    void settle() {
        locked(() -> {
            if (hasFailpoint) {
                if (process.isAlive()) {
                    process.thaw();
                    process.kill();
                }
                start();
            }
        });
        Storm.until(Duration.ofSeconds(90), () -> {
            watch();
            return process.isAlive() && process.said().contains("worker ready");
        });
        if (!process.said().contains("worker ready")) {
            report.violation("a worker takes work again when all is back: %s; %s".formatted(name, process.lastWords()));
        }
    }

    /** Nothing is started any more. */
    void end() {
        locked(() -> over = true);
    }

    private void start() {
        if (!over) {
            started = Instant.now();
            hasFailpoint = false;
            process = installation.startWorker(name);
        }
    }

    private void locked(Runnable work) {
        lock.lock();
        try {
            if (!over) {
                if (!process.isAlive()) {
                    judgeEnd();
                }
                work.run();
            }
        } finally {
            lock.unlock();
        }
    }
}
