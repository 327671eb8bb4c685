package dev.trainyard.submitter;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.submitter.webhook.WebhookSecret;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a server.
 *
 * @param kafka {@code host:port[,host:port…]}
 * @param postgres default user: trainyard_server
 * @param readerPostgres the login for users' SQL queries; null: trainyard_sql without a password, in the same database
 * @param bindAddress address or name of the interface to listen on
 * @param port 0: any free port
 * @param publicUrl address of this server for the links in webhook calls; null: the address it listens on
 * @param inPlace how folders of this machine are mounted in place; null: they are not
 * @param webhookSecret signs the webhook calls; null: this server makes no calls
 */
public record ServerSettings(
        String kafka,
        PostgresUrl postgres,
        @Nullable PostgresUrl readerPostgres,
        String bindAddress,
        int port,
        @Nullable URI publicUrl,
        @Nullable InPlace inPlace,
        @Nullable WebhookSecret webhookSecret) {

    /**
     * How folders of this machine are mounted in place.
     *
     * @param worker the worker of this machine
     * @param engine socket of the container engine: whoever may open it may have folders mounted in place
     * @param socket where this server listens for them. Its folder exists
     */
    public record InPlace(WorkerId worker, Path engine, Path socket) {}
}
