package dev.trainyard.worker.docker;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.Engine;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineInfo;
import dev.trainyard.worker.engine.EngineNetworks;
import dev.trainyard.worker.engine.EngineVolumes;
import dev.trainyard.worker.engine.WrongEngineAddress;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A Docker engine, through its HTTP API. */
public final class DockerEngine implements Engine {

    private static final URI DEFAULT_HOST = URI.create("unix:///var/run/docker.sock");

    private final Connection connection;
    private final DockerContainers containers;
    private final DockerImages images;
    private final DockerVolumes volumes;
    private final DockerNetworks networks;

    private DockerEngine(Connection connection) {
        this.connection = connection;
        this.containers = new DockerContainers(connection);
        this.images = new DockerImages(connection);
        this.volumes = new DockerVolumes(connection);
        this.networks = new DockerNetworks(connection);
    }

    /**
     * Creates the client without a request.
     *
     * @param host {@code unix:///path} or {@code tcp://host:port}
     */
    public static DockerEngine open(URI host) {
        return new DockerEngine(new Connection(host, Connection.Deadlines.DEFAULT));
    }

    static DockerEngine open(URI host, Connection.Deadlines deadlines) {
        return new DockerEngine(new Connection(host, deadlines));
    }

    /**
     * The engine at {@code DOCKER_HOST}, otherwise at the default unix socket.
     *
     * @throws WrongEngineAddress if the address is not usable
     */
    public static DockerEngine fromEnvironment(Map<String, String> environment) {
        String host = environment.getOrDefault("DOCKER_HOST", "");
        return open(host.isEmpty() ? DEFAULT_HOST : address(host));
    }

    /** The Unix socket of that engine; empty: it is reached over a network. */
    public static Optional<Path> socketFromEnvironment(Map<String, String> environment) {
        String host = environment.getOrDefault("DOCKER_HOST", "");
        URI address = host.isEmpty() ? DEFAULT_HOST : address(host);
        return "unix".equals(address.getScheme()) ? Optional.of(Path.of(address.getPath())) : Optional.empty();
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
            // Reported below, with the expected form.
        }
        throw new WrongEngineAddress(
                "DOCKER_HOST is '%s', which is not a usable address of a Docker engine. Write unix:///path/of/the.socket or tcp://host:port, or unset it for %s."
                        .formatted(host.replaceFirst("//[^/@:]*+:[^/@]*+@", "//***@"), DEFAULT_HOST));
    }

    @Override
    public EngineInfo info() {
        Info info = connection.ask(docker -> docker.infoCmd().exec());
        return new EngineInfo(requireNonNull(info.getId()), Path.of(info.getDockerRootDir()));
    }

    @Override
    public void ping() {
        connection.ask(DockerEngine::ping);
    }

    @Override
    public Containers containers() {
        return containers;
    }

    @Override
    public EngineImages images() {
        return images;
    }

    @Override
    public EngineVolumes volumes() {
        return volumes;
    }

    @Override
    public Optional<String> objectionToRootFileSystem(DataSize size) {
        return RootFileSystem.objection(connection, size);
    }

    @Override
    public EngineNetworks networks() {
        return networks;
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
