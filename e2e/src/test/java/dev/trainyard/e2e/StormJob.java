package dev.trainyard.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job of a storm.
 *
 * @param at when it is published, from the storm's beginning
 * @param seconds how long its program runs
 * @param overRest submitted to the server, and cancelled there, instead of by a record
 * @param twice published twice
 * @param cancelAfter from its publication, for those that are cancelled
 */
record StormJob(
        int number,
        Duration at,
        UUID id,
        Kind kind,
        int seconds,
        int priority,
        int maxAttempts,
        boolean overRest,
        boolean twice,
        Duration cancelAfter) {

    /** Longer than any storm keeps one running. */
    private static final int FOR_EVER = 600;

    private static final int LINES_A_SECOND = 5;
    private static final int LINES_OF_A_LOUD_ONE = 5000;

    /** What its program does, and what becomes of it whatever faults there are. */
    enum Kind {
        QUICK(0, "SUCCEEDED"),
        RUNS(0, "SUCCEEDED"),
        LOUD(0, "SUCCEEDED"),
        /** Takes both slots of a worker. */
        WIDE(0, "SUCCEEDED"),
        /** Has an outputs location that other jobs have too. */
        PLACED(0, "SUCCEEDED"),
        /** Publishes a host port. */
        PUBLISHED(0, "SUCCEEDED"),
        FAILS(3, "FAILED"),
        LIMITED(0, "FAILED"),
        /** Has a time limit, and ignores its stop signal. */
        STUBBORN(0, "FAILED"),
        CANCELLED(0, "CANCELLED"),
        /** Ignores its stop signal. */
        CANCELLED_STUBBORN(0, "CANCELLED"),
        /** Its cancel comes first. */
        CANCELLED_BEFORE(0, "CANCELLED"),
        /** A record that cannot be read. */
        POISON(0, null);

        final int exitCode;
        final @Nullable String end;

        Kind(int exitCode, @Nullable String end) {
            this.exitCode = exitCode;
            this.end = end;
        }
    }

    boolean isCancelledLater() {
        return kind == Kind.CANCELLED || kind == Kind.CANCELLED_STUBBORN;
    }

    /** How many retries of its user's it spends, whatever faults there are. */
    int retriesSpent() {
        return kind == Kind.FAILS ? maxAttempts - 1 : 0;
    }

    /** The message, or what is none. */
    String record(Training training, Path places) {
        if (kind == Kind.POISON) {
            return switch (number % 3) {
                case 0 -> "no JSON at all";
                case 1 -> """
                    {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "typo", "image": {"reference": "busybox:latest"}, \
                    "gpu": {"count": 1}}""".formatted(id);
                default -> """
                    {"schema": "trainyard.request/v9", "kind": "submit", "jobId": "%s", "name": "later"}""".formatted(id);
            };
        }
        String further = switch (kind) {
            case PLACED -> """
                            , "outputs": {"location": "%s"}""".formatted(places.resolve("place-" + number % 3));
            case PUBLISHED -> """
                        , "ports": [{"hostIp": "127.0.0.1", "host": %d, "container": 80}]""".formatted(20_000 + Math.floorMod(id.hashCode(), 4000));
            default -> "";
        };
        String limit = kind == Kind.LIMITED || kind == Kind.STUBBORN
                ? "\"timeLimit\": \"%ds\",".formatted(1 + seconds / 4)
                : "";
        return """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "%s-%d", "priority": %d,
                 "image": {"reference": "busybox:latest"},
                 "run": {"command": ["sh", "-c", "%s"], "mounts": [{"source": "%s", "target": "/gate"}]%s},
                 "gpus": {"count": %d}, "gracePeriod": "2s", %s
                 "retry": {"maxAttempts": %d, "backoff": "1s"}}""".formatted(
                        id,
                        kind.name().toLowerCase(java.util.Locale.ROOT),
                        number,
                        priority,
                        program(),
                        training.gate().folder(),
                        further,
                        kind == Kind.WIDE ? 2 : 1,
                        limit,
                        maxAttempts)
                .replace("\n", "");
    }

    String cancelRecord() {
        return """
                {"schema": "trainyard.request/v1", "kind": "cancel", "jobId": "%s"}""".formatted(id);
    }

    private String program() {
        boolean ignores = kind == Kind.STUBBORN || kind == Kind.CANCELLED_STUBBORN;
        String trap = ignores ? "trap '' TERM" : "trap '%s; exit 9' TERM".formatted(entry("stopped"));
        int lines = switch (kind) {
            case QUICK -> 3;
            case LOUD -> LINES_OF_A_LOUD_ONE;
            case LIMITED, STUBBORN, CANCELLED, CANCELLED_STUBBORN, CANCELLED_BEFORE -> FOR_EVER * LINES_A_SECOND;
            default -> seconds * LINES_A_SECOND;
        };
        String pause = kind == Kind.QUICK || kind == Kind.LOUD ? "" : " sleep 0.2;";
        return "%s; %s; i=0; while [ $i -lt %d ]; do i=$((i+1)); echo line $i;%s done; echo last $i; %s; exit %d"
                .formatted(trap, entry("started"), lines, pause, entry("ended"), kind.exitCode);
    }

    /** In the training's ledger, with the time in seconds. */
    private static String entry(String what) {
        return "echo $(hostname) %s $(date +%%s) >> /gate/ledger".formatted(what);
    }

    @Override
    public String toString() {
        return "%5d s  job %d %s %s%s%s%s"
                .formatted(
                        at.toSeconds(),
                        number,
                        id,
                        kind,
                        overRest ? ", over REST" : "",
                        twice ? ", twice" : "",
                        isCancelledLater() ? ", cancelled after %d s".formatted(cancelAfter.toSeconds()) : "");
    }
}
