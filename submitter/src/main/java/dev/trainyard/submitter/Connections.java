package dev.trainyard.submitter;

import dev.trainyard.db.Database;
import dev.trainyard.db.Role;
import dev.trainyard.db.WebhookCalls;
import dev.trainyard.submitter.publish.KafkaCluster;
import dev.trainyard.submitter.publish.RequestPublisher;
import dev.trainyard.submitter.webhook.WebhookSecret;
import dev.trainyard.submitter.webhook.WebhookSender;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server stands on, opened all or none. */
record Connections(
        Database database,
        KafkaCluster kafka,
        RequestPublisher publisher,
        @Nullable WebhookSender webhook) implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    private static final int POOL_SIZE = 8;

    static Connections open(ServerSettings settings) {
        Database database = Database.connect(settings.postgres(), Role.SERVER, POOL_SIZE);
        try {
            KafkaCluster kafka = KafkaCluster.connect(settings.kafka());
            RequestPublisher publisher = new RequestPublisher(settings.kafka());
            return new Connections(database, kafka, publisher, webhook(database, settings.webhookSecret()));
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private static @Nullable WebhookSender webhook(Database database, @Nullable WebhookSecret secret) {
        if (secret != null) {
            return new WebhookSender(database, secret);
        }
        if (new WebhookCalls(database).url().isPresent()) {
            log.warn(
                    "a webhook is set, but this server has no secret to sign its calls with: they wait for a server that has. Set {} or {}.",
                    WebhookSecret.VARIABLE,
                    WebhookSecret.FILE_VARIABLE);
        }
        return null;
    }

    @Override
    public void close() {
        try {
            if (webhook != null) {
                webhook.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        publisher.close();
        kafka.close();
        database.close();
    }
}
