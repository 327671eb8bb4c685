package dev.trainyard.worker.intake;

import dev.trainyard.core.text.Sentence;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;

/** Kafka does not answer, or refuses. The message says where, why and what to do. */
public final class KafkaUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public KafkaUnavailable(String bootstrapServers, Throwable cause) {
        super(sentence(bootstrapServers, root(cause)), cause);
    }

    private static String sentence(String bootstrapServers, Throwable root) {
        return switch (root) {
            // Kafka's own message uses terms of its protocol: "Timed out waiting for a node assignment. Call:
            // listNodes".
            case TimeoutException _ ->
                "Kafka at %s does not answer. Check that it runs there and that this host can reach it."
                        .formatted(bootstrapServers);
            // The form was checked before. The remaining reason is that no name resolves.
            case ConfigException _ ->
                "Kafka at %s cannot be reached: unknown host. Check the name.".formatted(bootstrapServers);
            default ->
                "Kafka at %s does not answer: %s. Check that it runs there and that this host can reach it."
                        .formatted(bootstrapServers, Sentence.open(String.valueOf(root.getMessage())));
        };
    }

    private static Throwable root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
