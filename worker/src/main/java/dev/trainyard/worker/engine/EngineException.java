package dev.trainyard.worker.engine;

/** Why a call to the engine brought no result: it did not answer, or it answered no. */
public abstract sealed class EngineException extends RuntimeException permits EngineSilent, EngineRefused {

    private static final long serialVersionUID = 1L;

    EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
