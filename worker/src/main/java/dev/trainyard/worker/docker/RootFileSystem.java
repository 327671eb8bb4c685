package dev.trainyard.worker.docker;

import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.worker.engine.EngineRefused;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Checks whether the engine can limit the size of a container's root file system. */
final class RootFileSystem {

    /** Drivers that refuse a limit that they cannot enforce. Others accept it and ignore it. */
    private static final Set<String> DRIVERS = Set.of("btrfs", "devicemapper", "overlay2", "zfs");

    /** An empty tar file. */
    private static final byte[] NOTHING = new byte[1024];

    private RootFileSystem() {}

    static Optional<String> objection(Connection connection, DataSize size) {
        String driver = Objects.requireNonNullElse(
                connection.ask(docker -> docker.infoCmd().exec()).getDriver(), "");
        if (!DRIVERS.contains(driver)) {
            return Optional.of("its storage driver is %s, which has no --storage-opt size".formatted(driver));
        }
        // The engine checks this only when it creates a container, and there may be no image yet.
        String name = "trainyard/probe:" + UUID.randomUUID();
        try {
            makeEmptyImage(connection, name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted while it was asked");
        }
        try {
            return objectionOf(connection, name, size);
        } finally {
            connection.act(docker -> docker.removeImageCmd(name).exec());
        }
    }

    private static void makeEmptyImage(Connection connection, String name) throws InterruptedException {
        Request request = Request.builder()
                .method(Request.Method.POST)
                .path("/images/create?fromSrc=-&repo=" + name.replace(":", "&tag="))
                .putHeader("Content-Type", "application/x-tar")
                .bodyBytes(NOTHING)
                .build();
        byte[] unused = connection.stream(request, InputStream::readAllBytes);
    }

    private static Optional<String> objectionOf(Connection connection, String image, DataSize size) {
        try {
            String container = connection.act(docker -> docker.createContainerCmd(image)
                    .withCmd("true")
                    .withHostConfig(
                            HostConfig.newHostConfig().withStorageOpt(Map.of("size", Long.toString(size.bytes()))))
                    .exec()
                    .getId());
            connection.act(docker ->
                    docker.removeContainerCmd(container).withForce(true).exec());
            return Optional.empty();
        } catch (EngineRefused e) {
            return Optional.of(e.reason());
        }
    }
}
