package dev.trainyard.worker.container;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The container engine of this host. Calls block the calling thread, which should be a virtual one. Short calls end within a
 * deadline and are not cut by an interrupt, which is kept for afterwards; those that wait or stream throw {@link
 * InterruptedException} promptly. All of them throw {@link EngineSilent} or {@link EngineRefused}.
 */
public final class Engine implements AutoCloseable {

    private static final URI DEFAULT_HOST = URI.create("unix:///var/run/docker.sock");

    private final Connection connection;
    private final Containers containers;
    private final EngineImages images;
    private final EngineVolumes volumes;

    private Engine(Connection connection) {
        this.connection = connection;
        this.containers = new Containers(connection);
        this.images = new EngineImages(connection);
        this.volumes = new EngineVolumes(connection);
    }

    /**
     * Nothing is asked yet.
     *
     * @param host {@code unix:///path} or {@code tcp://host:port}
     */
    public static Engine open(URI host) {
        return new Engine(new Connection(host, Connection.Deadlines.DEFAULT));
    }

    static Engine open(URI host, Connection.Deadlines deadlines) {
        return new Engine(new Connection(host, deadlines));
    }

    /**
     * The engine that {@code DOCKER_HOST} names, else the one behind the usual unix socket.
     *
     * @throws WrongEngineAddress if it names none
     */
    public static Engine fromEnvironment(Map<String, String> environment) {
        String host = environment.getOrDefault("DOCKER_HOST", "");
        return open(host.isEmpty() ? DEFAULT_HOST : address(host));
    }

    private static URI address(String host) {
        try {
            URI uri = new URI(host);
            boolean socket = "unix".equals(uri.getScheme())
                    && uri.getPath() != null
                    && uri.getPath().startsWith("/");
            boolean network = "tcp".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0;
            if ((socket && uri.getAuthority() == null) || network) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Said below, with what is wanted instead.
        }
        throw new WrongEngineAddress(
                "DOCKER_HOST is '%s', which is no address of a Docker engine that can be used here. Write unix:///path/of/the.socket or tcp://host:port, or unset it for %s."
                        .formatted(host.replaceFirst("//[^/@:]*+:[^/@]*+@", "//***@"), DEFAULT_HOST));
    }

    public EngineInfo info() {
        Info info = connection.ask(docker -> docker.infoCmd().exec());
        String apiVersion = connection.ask(docker -> docker.versionCmd().exec()).getApiVersion();
        boolean liveRestore = Boolean.TRUE.equals(info.getRawValues().get("LiveRestoreEnabled"));
        return new EngineInfo(
                requireNonNull(info.getId()),
                requireNonNull(info.getServerVersion()),
                apiVersion,
                liveRestore,
                Path.of(info.getDockerRootDir()));
    }

    /** Returns if the engine answers. */
    public void ping() {
        connection.ask(Engine::ping);
    }

    public Containers containers() {
        return containers;
    }

    public EngineImages images() {
        return images;
    }

    public EngineVolumes volumes() {
        return volumes;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }

    private static boolean ping(DockerClient docker) {
        docker.pingCmd().exec();
        return true;
    }
}
