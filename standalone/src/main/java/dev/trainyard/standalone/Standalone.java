package dev.trainyard.standalone;

import dev.trainyard.db.Migrations;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.WebhookUrl;
import dev.trainyard.launch.FileProblem;
import dev.trainyard.standalone.embedded.LocalPostgres;
import dev.trainyard.standalone.embedded.LocalServiceException;
import dev.trainyard.standalone.embedded.Services;
import dev.trainyard.submitter.PublicUrl;
import dev.trainyard.submitter.Server;
import dev.trainyard.submitter.ServerSettings;
import dev.trainyard.submitter.webhook.WebhookSecret;
import dev.trainyard.worker.OnStop;
import dev.trainyard.worker.Worker;
import dev.trainyard.worker.WorkerSettings;
import dev.trainyard.worker.recover.ThisProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Kafka, Postgres, server and worker in one process, with all of their state in one directory. */
final class Standalone implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Services services;
    private final Server server;
    private final Worker worker;

    /**
     * Settings for a start.
     *
     * @param devices as in {@code trainyard worker --devices}
     * @param policy as in {@code trainyard worker --policy}
     * @param port of REST on loopback; 0: any free port
     * @param environment read for {@code DOCKER_HOST} and the webhook
     */
    record Settings(
            Path directory,
            String devices,
            @Nullable Integer runSlots,
            @Nullable Path policy,
            int port,
            Map<String, String> environment) {

        /** As in {@code trainyard server --public-url}; null: the address it listens on. */
        @Nullable
        URI publicUrl() {
            String url = environment.get("TRAINYARD_PUBLIC_URL");
            return url == null ? null : PublicUrl.parse(url).uri();
        }

        /** As in {@code trainyard migrate --webhook}; null: unchanged. */
        @Nullable
        WebhookUrl webhook() {
            String url = environment.get("TRAINYARD_WEBHOOK");
            return url == null ? null : WebhookUrl.parse(url);
        }
    }

    private Standalone(Settings settings, Consumer<String> progress) {
        // First of all, so that a start without Docker leaves nothing behind.
        Worker.requireEngine(settings.environment());
        progress.accept("starting Kafka, Postgres, a worker and a server in " + settings.directory());
        try {
            this.services = keep(Services.start(settings.directory(), 0, 0, progress));
            createOutputs(settings.directory().resolve("outputs"));
            Migrations.migrate(login(LocalPostgres.SUPERUSER));
            Migrations.set(login(LocalPostgres.SUPERUSER), Migrations.Settings.of(settings.webhook()));
            progress.accept("the database is up to date");
            this.worker = keep(Worker.start(new WorkerSettings(
                    services.kafka().bootstrapServers(),
                    login(LocalPostgres.WORKER),
                    ThisProcess.hostName(),
                    settings.devices(),
                    settings.directory().resolve("worker"),
                    settings.directory().resolve("outputs"),
                    List.of(settings.directory()),
                    settings.runSlots(),
                    settings.policy(),
                    OnStop.LEAVE,
                    settings.environment())));
            progress.accept("the worker takes work, devices: " + settings.devices());
            this.server = keep(Server.start(new ServerSettings(
                    services.kafka().bootstrapServers(),
                    login(LocalPostgres.SERVER),
                    login(LocalPostgres.SQL),
                    "127.0.0.1",
                    settings.port(),
                    settings.publicUrl(),
                    inPlace(settings),
                    WebhookSecret.from(settings.environment()).orElse(null))));
            progress.accept("REST serves at " + server.uri());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Null: the engine is reached over a network, so its folders are perhaps not those of this machine. */
    private ServerSettings.@Nullable InPlace inPlace(Settings settings) {
        return Worker.engineSocket(settings.environment())
                .map(engine -> new ServerSettings.InPlace(
                        worker.id(), engine, settings.directory().resolve("trainyard.sock")))
                .orElse(null);
    }

    /**
     * Starts everything. If a part fails to start, stops the parts that have started.
     *
     * @param progress called when each part has started, from several threads
     */
    static Standalone start(Settings settings, Consumer<String> progress) {
        return new Standalone(settings, progress);
    }

    /** For its owner only, because folders inside may be open to every user: a container may run as any. */
    private static void createOutputs(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new LocalServiceException(
                    "the directory of outputs %s cannot be created: %s. Choose another with --dir"
                            .formatted(directory, FileProblem.wordsWithFile(e)),
                    e);
        }
    }

    /** The address of the database with the login of a role that has a password. */
    PostgresUrl login(String user) {
        return postgres(user, services.postgres().password(user));
    }

    private PostgresUrl postgres(String user, @Nullable String password) {
        return new PostgresUrl("127.0.0.1", services.postgres().port(), LocalPostgres.DATABASE, user, password, "");
    }

    URI rest() {
        return server.uri();
    }

    String kafka() {
        return services.kafka().bootstrapServers();
    }

    PostgresUrl readerUrl() {
        return postgres("trainyard_reader", null);
    }

    /** Blocks until another process replaces the worker, which cannot happen while the directory is locked. */
    void await() throws InterruptedException {
        worker.awaitReplaced();
    }

    private <T extends AutoCloseable> T keep(T part) {
        open.push(part);
        return part;
    }

    /** Running trainings continue. The next start with the same directory resumes them. */
    @Override
    public synchronized void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                System.err.println("while stopping: " + e);
            }
        }
    }
}
