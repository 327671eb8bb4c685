package dev.trainyard.worker.engine;

/**
 * The engine could not be reached, broke the connection, or did not answer in time. What was asked may or may not have
 * happened: only asking again tells.
 */
public final class EngineSilent extends EngineException {

    private static final long serialVersionUID = 1L;

    /** What became of the connection. */
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

    /** Whether no connection could be made at all: nothing listens there, so nothing was asked. */
    public boolean refused() {
        return how == How.REFUSED;
    }

    /** Whether it was there, and ended the connection before it had answered. */
    public boolean broke() {
        return how == How.BROKEN;
    }

    /** Whether it was merely slow: it may have been there all the time. */
    public boolean timedOut() {
        return how == How.TIMED_OUT;
    }
}
