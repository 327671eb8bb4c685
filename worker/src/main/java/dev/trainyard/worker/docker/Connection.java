package dev.trainyard.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.EngineSilent.How;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The connection to the engine: short calls with a deadline, streams without one. Every failure is either {@link
 * EngineSilent} or {@link EngineRefused}.
 */
final class Connection implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final URI host;
    private final Deadlines deadlines;
    private final DockerClientConfig config;
    private final DockerHttpClient http;
    private final DockerClient docker;

    /** Time limits of short calls: for queries, and for operations. */
    record Deadlines(Duration ask, Duration act) {

        static final Deadlines DEFAULT = new Deadlines(Duration.ofSeconds(30), Duration.ofMinutes(5));
    }

    /** Reads a stream of the engine. An {@link IOException} means that the connection broke. Other exceptions are the reader's own. */
    interface Reader<T> {
        T read(InputStream stream) throws IOException, InterruptedException;
    }

    Connection(URI host, Deadlines deadlines) {
        this.host = host;
        this.deadlines = deadlines;
        this.config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(host.toString())
                .build();
        this.http = new ConnectionPerRequest(new ZerodepDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .connectionTimeout(Duration.ofSeconds(10))
                .build());
        this.docker = DockerClientImpl.getInstance(config, http);
    }

    /** A query, which the engine answers at once. */
    <T> T ask(Function<DockerClient, T> call) {
        return within(deadlines.ask(), call);
    }

    /** An operation, which may take the engine a while. */
    <T> T act(Function<DockerClient, T> call) {
        return within(deadlines.act(), call);
    }

    /** Opens a stream and reads it in the calling thread. An interrupt closes the connection. */
    <T> T stream(Request request, Reader<T> reader) throws InterruptedException {
        try (Response response = open(request)) {
            if (response.getStatusCode() >= 300) {
                String body = new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8);
                throw new EngineRefused(response.getStatusCode(), reason(body));
            }
            return reader.read(response.getBody());
        } catch (IOException | JacksonIOException e) {
            // Jackson's exception wraps a connection that broke, or was closed by an interrupt.
            throw broken(e);
        }
    }

    DockerClientConfig config() {
        return config;
    }

    @Override
    public void close() throws IOException {
        docker.close();
    }

    /**
     * An interrupt does not end the call, because it would be unknown whether the operation took place. The thread remains interrupted
     * afterwards. The call runs in another thread, because the transport has no timeout for unix sockets.
     */
    private <T> T within(Duration limit, Function<DockerClient, T> call) {
        FutureTask<T> task = new FutureTask<>(() -> call.apply(docker));
        Thread.ofVirtual().name("engine-call").start(task);
        long end = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    task.cancel(true);
                    throw new EngineSilent(
                            "the engine at %s did not answer within %d s".formatted(host, limit.toSeconds()),
                            How.TIMED_OUT,
                            e);
                } catch (ExecutionException e) {
                    throw translated(Objects.requireNonNullElse(e.getCause(), e));
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Response open(Request request) throws InterruptedException {
        try {
            return http.execute(request);
        } catch (RuntimeException e) {
            throw broken(e);
        }
    }

    private RuntimeException broken(Exception e) throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException interrupted = new InterruptedException("interrupted while the engine was answering");
            interrupted.initCause(e);
            throw interrupted;
        }
        return translated(e);
    }

    private RuntimeException translated(Throwable failure) {
        if (failure instanceof DockerException e) {
            String message = String.valueOf(e.getMessage()).replaceFirst("^Status \\d+: ", "");
            return new EngineRefused(e.getHttpStatus(), reason(message), e);
        }
        if (causes(failure).anyMatch(IOException.class::isInstance)) {
            boolean refused = causes(failure).anyMatch(Connection::isRefusal);
            String what = refused ? "cannot be reached" : "broke the connection";
            String why = causes(failure)
                    .reduce((first, second) -> second)
                    .orElse(failure)
                    .getMessage();
            return new EngineSilent(
                    "the engine at %s %s: %s".formatted(host, what, why), refused ? How.REFUSED : How.BROKEN, failure);
        }
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }

    /** For a missing or forbidden unix socket Java throws a plain SocketException with the system's message. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ConnectException
                || (failure instanceof SocketException
                        && failure.getMessage() != null
                        && failure.getMessage().matches("No such file or directory|Permission denied"));
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    /** The engine sends {@code {"message": "…"}}. A proxy in front of it may send anything. */
    static String reason(String body) {
        try {
            return JSON.readTree(body).path("message").asString(body.strip());
        } catch (JacksonException e) {
            return body.strip();
        }
    }
}
