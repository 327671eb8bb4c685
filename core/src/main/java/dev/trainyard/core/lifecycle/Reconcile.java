package dev.trainyard.core.lifecycle;

/**
 * What the containers' step does next, from the attempt's state and what the engine says of its container: the same table for a
 * fresh attempt and for one that a restarted worker finds.
 */
public final class Reconcile {

    private Reconcile() {}

    /** What the engine says of the attempt's container. */
    public enum Seen {
        ABSENT,
        CREATED,
        RUNNING,
        EXITED
    }

    /** What to do. */
    public enum Next {
        /** Nothing was done in Docker yet: create the container. */
        CREATE,
        /** It was created and perhaps not recorded: record it, then start it. */
        START,
        /** It runs: record the start if that is missing, follow the log, wait. */
        ATTACH,
        /** It ran and is dead: record the start if that is missing, then the exit. */
        RECORD_EXIT,
        /** It was created, and someone removed it before it ran: the attempt fails. */
        FAIL_VANISHED,
        /** It ran, and someone removed it: its exit can no longer be read. */
        RECORD_VANISHED,
        /** Its exit is recorded: nothing is left to do with the container but removing it. */
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
                    // Docker does not take a started container back to created; were it so, its run is lost.
                    case CREATED, EXITED -> Next.RECORD_EXIT;
                    case RUNNING -> Next.ATTACH;
                };
            case COLLECTING, ENDED -> Next.NOTHING;
        };
    }
}
