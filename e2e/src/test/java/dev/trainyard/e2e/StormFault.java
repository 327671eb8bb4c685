package dev.trainyard.e2e;

import java.time.Duration;

/**
 * A fault of a storm.
 *
 * @param at when, from the storm's beginning; later, while another fault of the same target lasts
 * @param target which worker, or which of the containers that run then
 * @param length how long it lasts, for those that last
 * @param point where the worker's process dies or stands still, for those that have one
 */
record StormFault(int number, Duration at, Kind kind, int target, Duration length, Failpoint point) {

    /** What is hit: faults of one target come one after the other. */
    enum Target {
        WORKER,
        CONTAINER,
        POSTGRES,
        KAFKA,
        SERVER
    }

    enum Kind {
        WORKER_KILLED(Target.WORKER, 1, 8, 10),
        WORKER_STOPPED(Target.WORKER, 1, 5, 8),
        WORKER_FROZEN(Target.WORKER, 2, 8, 6),
        WORKER_FROZEN_UNTIL_LOST(Target.WORKER, 20, 30, 4),
        WORKER_AWAY_UNTIL_LOST(Target.WORKER, 20, 30, 3),
        WORKER_DIES_AT_A_POINT(Target.WORKER, 0, 30, 16),
        CONTAINER_KILLED(Target.CONTAINER, 0, 0, 8),
        CONTAINER_REMOVED(Target.CONTAINER, 0, 0, 6),
        POSTGRES_CRASHED(Target.POSTGRES, 0, 0, 6),
        POSTGRES_SILENT(Target.POSTGRES, 2, 10, 5),
        POSTGRES_OUT_OF_CONNECTIONS(Target.POSTGRES, 2, 10, 5),
        POSTGRES_TAKES_NO_WRITES(Target.POSTGRES, 2, 10, 5),
        /** Once a storm, and so not drawn. */
        POSTGRES_AWAY_FOR_LONG(Target.POSTGRES, 25, 25, 0),
        KAFKA_SILENT(Target.KAFKA, 3, 12, 4),
        KAFKA_RESTARTED(Target.KAFKA, 0, 5, 3),
        KAFKA_KILLED(Target.KAFKA, 0, 5, 3),
        SERVER_KILLED(Target.SERVER, 0, 3, 4);

        final Target target;
        final int shortest;
        final int longest;
        /** How often it is drawn, compared with the others. */
        final int weight;

        Kind(Target target, int shortest, int longest, int weight) {
            this.target = target;
            this.shortest = shortest;
            this.longest = longest;
            this.weight = weight;
        }
    }

    @Override
    public String toString() {
        return "%5d s  fault %d %s%s%s%s"
                .formatted(
                        at.toSeconds(),
                        number,
                        kind,
                        kind.target == Target.WORKER ? " of " + StormPlan.worker(target) : "",
                        kind == Kind.WORKER_DIES_AT_A_POINT ? ", %s, call %d".formatted(point, point.nth()) : "",
                        kind.longest > 0 ? ", %d s".formatted(length.toSeconds()) : "");
    }
}
