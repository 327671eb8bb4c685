package dev.trainyard.worker.engine;

/** {@code DOCKER_HOST} is not an address at which the worker can reach an engine. The message says what to write. */
public final class WrongEngineAddress extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public WrongEngineAddress(String message) {
        super(message);
    }
}
