package dev.trainyard.core.lifecycle;

/**
 * Decides the next action of the container step from the attempt's state and the container's state in the engine. New attempts and
 * attempts that a restarted worker finds use the same table.
 */
public final class Reconcile {

    private Reconcile() {}

    /** The state of the attempt's container in the engine. */
    public enum Seen {
        ABSENT,
        CREATED,
        RUNNING,
        EXITED
    }

    /** What to do. */
    public enum Next {
        /** The container was not created yet: create it. */
        CREATE,
        /** The container was created, but perhaps not recorded: record it, then start it. */
        START,
        /** The container runs: record the start if it is not recorded, follow the log, and wait. */
        ATTACH,
        /** The container has exited: record the start if it is not recorded, then the exit. */
        RECORD_EXIT,
        /** The container was removed before it ran: the attempt fails. */
        FAIL_VANISHED,
        /** The container was removed after it ran: its exit cannot be read. */
        RECORD_VANISHED,
        /** The exit is recorded: the container only has to be removed. */
        NOTHING
    }

    /** @param containerRecorded whether {@code created} was committed for the attempt */
    public static Next next(AttemptState state, boolean containerRecorded, Seen seen) {
        return switch (state) {
            case RESERVED, PREPARING ->
                switch (seen) {
                    case ABSENT -> containerRecorded ? Next.FAIL_VANISHED : Next.CREATE;
                    case CREATED -> Next.START;
                    case RUNNING -> Next.ATTACH;
                    case EXITED -> Next.RECORD_EXIT;
                };
            case RUNNING ->
                switch (seen) {
                    case ABSENT -> Next.RECORD_VANISHED;
                    // Docker does not change a started container back to created. If it did, the run would be lost.
                    case CREATED, EXITED -> Next.RECORD_EXIT;
                    case RUNNING -> Next.ATTACH;
                };
            case COLLECTING, ENDED -> Next.NOTHING;
        };
    }
}
