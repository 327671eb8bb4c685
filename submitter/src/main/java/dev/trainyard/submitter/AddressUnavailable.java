package dev.trainyard.submitter;

/** The address to listen on is taken or does not belong to this host. The message says what to do. */
public final class AddressUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AddressUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
