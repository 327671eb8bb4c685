package dev.trainyard.submitter;

import dev.trainyard.db.PostgresUrl;
import dev.trainyard.submitter.webhook.WebhookSecret;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What a server needs to know.
 *
 * @param kafka {@code host:port[,host:port…]}
 * @param postgres without a user: as the role trainyard_server
 * @param readerPostgres the login for people's SQL; null: the role trainyard_sql, without a password, at the same server
 * @param bindAddress address or name of the interface to listen on
 * @param port 0 for a free one
 * @param publicUrl where those who read a call of the webhook reach this server; null: where it listens
 * @param webhookSecret signs the calls of the installation's webhook; null: this server calls nobody
 */
public record ServerSettings(
        String kafka,
        PostgresUrl postgres,
        @Nullable PostgresUrl readerPostgres,
        String bindAddress,
        int port,
        @Nullable URI publicUrl,
        @Nullable WebhookSecret webhookSecret) {

    /** Of a server that calls nobody. */
    public ServerSettings(
            String kafka, PostgresUrl postgres, @Nullable PostgresUrl readerPostgres, String bindAddress, int port) {
        this(kafka, postgres, readerPostgres, bindAddress, port, null, null);
    }
}
