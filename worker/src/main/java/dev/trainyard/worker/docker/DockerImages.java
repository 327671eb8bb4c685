package dev.trainyard.worker.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.AuthConfigurations;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import dev.trainyard.worker.engine.BuildOrder;
import dev.trainyard.worker.engine.EngineImage;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineMessage;
import dev.trainyard.worker.engine.EnginePlatform;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Operations on images. */
final class DockerImages implements EngineImages {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Connection connection;

    DockerImages(Connection connection) {
        this.connection = connection;
    }

    @Override
    public Optional<EngineImage> inspect(String reference) {
        return connection.ask(docker -> {
            try {
                InspectImageResponse image = docker.inspectImageCmd(reference).exec();
                return Optional.of(new EngineImage(
                        Objects.requireNonNull(image.getId()),
                        Objects.requireNonNullElse(image.getRepoTags(), List.of()),
                        Objects.requireNonNullElse(image.getRepoDigests(), List.of()),
                        new EnginePlatform(
                                Objects.requireNonNullElse(image.getOs(), ""),
                                Objects.requireNonNullElse(image.getArch(), ""),
                                Objects.requireNonNullElse(image.getRawValues().get("Variant"), "")
                                        .toString()),
                        onBuild(image),
                        volumes(image),
                        environment(image)));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    private static List<String> onBuild(InspectImageResponse image) {
        ContainerConfig config = image.getConfig();
        String[] triggers = config == null ? null : config.getOnBuild();
        return triggers == null ? List.of() : List.of(triggers);
    }

    private static List<String> environment(InspectImageResponse image) {
        ContainerConfig config = image.getConfig();
        String[] variables = config == null ? null : config.getEnv();
        return variables == null ? List.of() : List.of(variables);
    }

    private static List<String> volumes(InspectImageResponse image) {
        ContainerConfig config = image.getConfig();
        Map<String, ?> volumes = config == null ? null : config.getVolumes();
        return volumes == null ? List.of() : volumes.keySet().stream().sorted().toList();
    }

    @Override
    public void pull(String reference, Consumer<EngineMessage> messages) throws InterruptedException {
        Map<String, String> query = new LinkedHashMap<>();
        int at = reference.indexOf('@');
        int colon = reference.lastIndexOf(':');
        if (at >= 0) {
            query.put("fromImage", reference.substring(0, at));
            query.put("tag", reference.substring(at + 1));
        } else if (colon > reference.lastIndexOf('/')) {
            query.put("fromImage", reference.substring(0, colon));
            query.put("tag", reference.substring(colon + 1));
        } else {
            query.put("fromImage", reference);
            query.put("tag", "latest");
        }
        Request.Builder request = Request.builder()
                .method(Request.Method.POST)
                .path("/images/create?" + encoded(query))
                .bodyBytes(new byte[0]);
        AuthConfig auth = connection.config().effectiveAuthConfig(reference);
        if (auth != null) {
            request.putHeader("X-Registry-Auth", credentials(auth));
        }
        connection.stream(request.build(), stream -> read(stream, messages));
    }

    @Override
    public EnginePlatform platform() {
        Version version = connection.ask(docker -> docker.versionCmd().exec());
        String architecture = Objects.requireNonNull(version.getArch());
        String variant = "";
        if (architecture.equals("arm")) {
            // The kernel's names: armv6l, armv7l.
            String kernel = Objects.requireNonNullElse(
                    connection.ask(docker -> docker.infoCmd().exec()).getArchitecture(), "");
            variant = kernel.startsWith("armv") && kernel.length() > 4 ? kernel.substring(3, 5) : "";
        }
        return new EnginePlatform(Objects.requireNonNull(version.getOperatingSystem()), architecture, variant);
    }

    /** Uses the engine's classic builder. */
    @Override
    public void build(BuildOrder order, InputStream context, Consumer<EngineMessage> messages)
            throws InterruptedException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("dockerfile", order.dockerfile());
        query.put("buildargs", JSON.writeValueAsString(order.args()));
        query.put("rm", "1");
        query.put("forcerm", "1");
        query.put("networkmode", order.network());
        if (!order.cached()) {
            query.put("nocache", "1");
        }
        if (order.memory() != null) {
            query.put("memory", order.memory().toString());
        }
        if (order.target() != null) {
            query.put("target", order.target());
        }
        String tags = order.tags().stream()
                .map(tag -> "&t=" + URLEncoder.encode(tag, StandardCharsets.UTF_8))
                .collect(Collectors.joining());
        Request.Builder request = Request.builder()
                .method(Request.Method.POST)
                .path("/build?" + encoded(query) + tags)
                .putHeader("Content-Type", "application/x-tar")
                .body(context);
        AuthConfigurations registries = connection.config().getAuthConfigurations();
        if (registries != null && !registries.getConfigs().isEmpty()) {
            request.putHeader("X-Registry-Config", credentials(registries.getConfigs()));
        }
        connection.stream(request.build(), stream -> read(stream, messages));
    }

    @Override
    public void tag(String image, String name) {
        int colon = name.lastIndexOf(':');
        boolean tagged = colon > name.lastIndexOf('/');
        connection.act(docker -> {
            docker.tagImageCmd(
                            image,
                            tagged ? name.substring(0, colon) : name,
                            tagged ? name.substring(colon + 1) : "latest")
                    .exec();
            return image;
        });
    }

    private static int read(InputStream stream, Consumer<EngineMessage> messages) {
        int count = 0;
        try (var lines = JSON.readerFor(JsonNode.class).<JsonNode>readValues(stream)) {
            while (lines.hasNextValue()) {
                messages.accept(message(lines.nextValue()));
                count++;
            }
        }
        return count;
    }

    private static EngineMessage message(JsonNode line) {
        JsonNode progress = line.path("progressDetail");
        return new EngineMessage(
                text(line.path("stream")),
                text(line.path("status")),
                text(line.path("id")),
                progress.path("current").asLong(0),
                progress.path("total").asLong(0),
                text(line.path("error")),
                text(line.path("aux").path("ID")));
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.stringValue() : null;
    }

    private static String encoded(Map<String, String> query) {
        return query.entrySet().stream()
                .map(part -> part.getKey() + "=" + URLEncoder.encode(part.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private String credentials(Object credentials) {
        // docker-java's own mapper (Jackson 2) has the engine's spelling of the credential types.
        byte[] json = connection
                .config()
                .getObjectMapper()
                .valueToTree(credentials)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().encodeToString(json);
    }
}
