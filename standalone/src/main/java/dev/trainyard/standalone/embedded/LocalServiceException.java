package dev.trainyard.standalone.embedded;

/** A local service could not be started or stopped. The message says which, why, and what to do about it. */
public final class LocalServiceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LocalServiceException(String message) {
        super(message);
    }

    public LocalServiceException(String message, Throwable cause) {
        super(message, cause);
    }
}
