package dev.trainyard.submitter.publish;

/** Kafka does not answer, or refuses; the message says where, why and what to do. */
public final class KafkaUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KafkaUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
