package dev.trainyard.worker.engine;

/** {@code DOCKER_HOST} is no address that an engine can be asked at from here. The message says what to write. */
public final class WrongEngineAddress extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public WrongEngineAddress(String message) {
        super(message);
    }
}
