package dev.trainyard.worker.engine;

/** A call to the engine failed: the engine did not answer, or it refused. */
public abstract sealed class EngineException extends RuntimeException permits EngineSilent, EngineRefused {

    private static final long serialVersionUID = 1L;

    EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
