package dev.trainyard.submitter;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.db.Database;
import dev.trainyard.db.HistorySql;
import dev.trainyard.db.InPlaceGrants;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.WebhookCalls;
import dev.trainyard.submitter.publish.KafkaCluster;
import dev.trainyard.submitter.publish.RequestPublisher;
import dev.trainyard.submitter.rest.CallerSocket;
import dev.trainyard.submitter.rest.InPlaceFolders;
import dev.trainyard.submitter.rest.LogStreams;
import dev.trainyard.submitter.rest.RestConfiguration;
import dev.trainyard.submitter.webhook.WebhookSecret;
import dev.trainyard.submitter.webhook.WebhookSender;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;

/** A REST server in this process, backed by Kafka and Postgres. */
public final class Server implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Server.class);

    private final Connections connections;
    private final AnnotationConfigServletWebServerApplicationContext context;
    private final URI uri;
    private final @Nullable WebhookSender webhook;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Server(
            Connections connections,
            AnnotationConfigServletWebServerApplicationContext context,
            URI uri,
            @Nullable WebhookSender webhook) {
        this.connections = connections;
        this.context = context;
        this.uri = uri;
        this.webhook = webhook;
    }

    /**
     * Connects to both, creates missing topics, and returns when it serves REST. The schema must exist: see
     * {@link dev.trainyard.db.Migrations}.
     *
     * @throws dev.trainyard.submitter.publish.KafkaUnavailable if Kafka does not answer within ten seconds
     * @throws dev.trainyard.db.DatabaseUnavailable if Postgres does not answer, or its schema is missing or too old
     * @throws AddressUnavailable if the server cannot listen on the address
     */
    public static Server start(ServerSettings settings) {
        bridgeLogging();
        InetAddress address = address(settings.bindAddress());
        Connections connections = Connections.open(settings);
        AnnotationConfigServletWebServerApplicationContext context = context(settings, address, connections);
        try {
            context.refresh();
            if (settings.inPlace() != null) {
                openSocket(settings.inPlace(), context);
            }
            URI uri = uri(address, port(context));
            return new Server(connections, context, uri, webhook(connections.database(), settings, uri));
        } catch (RuntimeException e) {
            context.close();
            connections.close();
            throw isAddressTrouble(e) ? unavailable(settings, e) : e;
        }
    }

    /** Without the socket everything works but mounts in place. */
    private static void openSocket(
            ServerSettings.InPlace inPlace, AnnotationConfigServletWebServerApplicationContext context) {
        Path socket = inPlace.socket();
        try {
            CallerSocket.open(
                    ((TomcatWebServer) Objects.requireNonNull(context.getWebServer())).getTomcat(),
                    socket,
                    inPlace.engine());
            context.getBean(InPlaceFolders.class).opened(socket);
        } catch (IOException e) {
            log.warn(
                    "folders of this machine cannot be mounted in place: the socket {} cannot be opened: {}",
                    socket,
                    e.getMessage());
        }
    }

    private static @Nullable WebhookSender webhook(Database database, ServerSettings settings, URI uri) {
        if (settings.webhookSecret() != null) {
            return new WebhookSender(
                    database, settings.webhookSecret(), Objects.requireNonNullElse(settings.publicUrl(), uri));
        }
        if (new WebhookCalls(database).url().isPresent()) {
            log.warn(
                    "a webhook is set, but this server has no secret to sign the calls with. Another server with the secret must make them, or set {} or {} here.",
                    WebhookSecret.VARIABLE,
                    WebhookSecret.FILE_VARIABLE);
        }
        return null;
    }

    /** Routes java.util.logging, which Tomcat uses, to our log; otherwise it would write to the console. */
    private static void bridgeLogging() {
        if (!SLF4JBridgeHandler.isInstalled()) {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        }
    }

    /**
     * An explicit list instead of Spring Boot's autoconfiguration, because in one process with a worker the class path also has libraries
     * that this server must not configure. For the same reason it reads no settings from the environment.
     */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        LifecycleAutoConfiguration.class
    })
    @Import(RestConfiguration.class)
    static class Web {}

    private static AnnotationConfigServletWebServerApplicationContext context(
            ServerSettings settings, InetAddress address, Connections connections) {
        AnnotationConfigServletWebServerApplicationContext context =
                new AnnotationConfigServletWebServerApplicationContext();
        MutablePropertySources sources = context.getEnvironment().getPropertySources();
        sources.stream().toList().forEach(source -> sources.remove(source.getName()));
        sources.addFirst(new MapPropertySource(
                "server",
                Map.of(
                        "server.address",
                        address,
                        "server.port",
                        settings.port(),
                        "server.shutdown",
                        "graceful",
                        "spring.lifecycle.timeout-per-shutdown-phase",
                        "5s",
                        "spring.threads.virtual.enabled",
                        true,
                        "spring.web.resources.add-mappings",
                        false,
                        // curl declares uploads as forms by default, and this filter would consume a source that comes
                        // so.
                        "spring.mvc.formcontent.filter.enabled",
                        false)));
        PostgresUrl reader =
                settings.readerPostgres() == null ? settings.postgres().withoutLogin() : settings.readerPostgres();
        context.registerBean(Database.class, connections::database, bean -> bean.setDestroyMethodName(""));
        context.registerBean(KafkaCluster.class, connections::kafka, bean -> bean.setDestroyMethodName(""));
        context.registerBean(RequestPublisher.class, connections::publisher, bean -> bean.setDestroyMethodName(""));
        context.registerBean(HistorySql.class, () -> new HistorySql(reader));
        @Nullable
        WorkerId worker = settings.inPlace() == null ? null : settings.inPlace().worker();
        context.registerBean(
                InPlaceFolders.class, () -> new InPlaceFolders(new InPlaceGrants(connections.database()), worker));
        context.register(Web.class);
        return context;
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AddressUnavailable(
                    "Cannot listen on '%s': this host knows no such address or name.".formatted(text), e);
        }
    }

    private static boolean isAddressTrouble(Throwable e) {
        return e instanceof PortInUseException
                || e instanceof BindException
                || (e.getCause() != null && isAddressTrouble(e.getCause()));
    }

    private static AddressUnavailable unavailable(ServerSettings settings, RuntimeException e) {
        return new AddressUnavailable(
                "Cannot listen on %s:%d: another program listens there, or the address does not belong to this host. Choose another with --listen."
                        .formatted(settings.bindAddress(), settings.port()),
                e);
    }

    private static int port(AnnotationConfigServletWebServerApplicationContext context) {
        return Objects.requireNonNull(context.getWebServer(), "a refreshed context has its web server")
                .getPort();
    }

    private static URI uri(InetAddress address, int port) {
        InetAddress shown = address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
        String host = shown.getHostAddress();
        return URI.create("http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port));
    }

    /** The address of REST: scheme, host and port. */
    public URI uri() {
        return uri;
    }

    /** Ends the log streams, gives other requests a few seconds to finish, and closes all connections. A second call does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        context.getBean(LogStreams.class).close();
        try {
            if (webhook != null) {
                webhook.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        context.close();
        connections.close();
    }
}
