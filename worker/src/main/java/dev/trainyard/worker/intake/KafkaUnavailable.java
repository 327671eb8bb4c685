package dev.trainyard.worker.intake;

import dev.trainyard.core.text.Sentence;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;

/** Kafka does not answer, or refuses; the message says where, why and what to do. */
public final class KafkaUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public KafkaUnavailable(String bootstrapServers, Throwable cause) {
        super(sentence(bootstrapServers, root(cause)), cause);
    }

    private static String sentence(String bootstrapServers, Throwable root) {
        return switch (root) {
            // Kafka's own words are those of its protocol: "Timed out waiting for a node assignment. Call: listNodes".
            case TimeoutException _ ->
                "Kafka at %s does not answer: nothing came back from there. Check that it runs there and that this host reaches it."
                        .formatted(bootstrapServers);
            // It is checked for its form before; what is left is that no name resolves.
            case ConfigException _ ->
                "Kafka at %s cannot be reached: no such host is known. Check the name.".formatted(bootstrapServers);
            default ->
                "Kafka at %s does not answer: %s. Check that it runs there and that this host reaches it."
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
