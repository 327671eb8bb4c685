package dev.trainyard.worker.container;

/**
 * The engine could not be reached, broke the connection, or did not answer in time. What was asked may or may not have
 * happened: only asking again tells.
 */
public final class EngineSilent extends EngineException {

    private static final long serialVersionUID = 1L;

    private final boolean refused;

    EngineSilent(String message, boolean refused, Throwable cause) {
        super(message, cause);
        this.refused = refused;
    }

    /** Whether no connection could be made at all: nothing listens there, so nothing was asked. */
    public boolean refused() {
        return refused;
    }
}
