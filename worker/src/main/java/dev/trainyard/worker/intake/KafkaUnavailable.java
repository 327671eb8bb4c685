package dev.trainyard.worker.intake;

/** Kafka does not answer, or refuses; the message says where, why and what to do. */
public final class KafkaUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KafkaUnavailable(String bootstrapServers, Throwable cause) {
        super(
                "Kafka at %s does not answer: %s. Check that it runs there and that this host reaches it."
                        .formatted(bootstrapServers, rootMessage(cause)),
                cause);
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
