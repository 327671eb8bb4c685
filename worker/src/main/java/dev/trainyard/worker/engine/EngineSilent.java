package dev.trainyard.worker.engine;

/**
 * The engine could not be reached, closed the connection, or did not answer in time. It is unknown whether the operation
 * took place; only another request can tell.
 */
public final class EngineSilent extends EngineException {

    private static final long serialVersionUID = 1L;

    /** How the connection failed. */
    public enum How {
        REFUSED,
        BROKEN,
        TIMED_OUT
    }

    private final How how;

    public EngineSilent(String message, How how, Throwable cause) {
        super(message, cause);
        this.how = how;
    }

    /** Whether the engine closed the connection before it answered. */
    public boolean broke() {
        return how == How.BROKEN;
    }

    /** Whether the engine did not answer in time. It may be running. */
    public boolean timedOut() {
        return how == How.TIMED_OUT;
    }
}
