package dev.trainyard.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.compose.ComposeText;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.training.TrainingSpec;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerSpecs;
import dev.trainyard.worker.engine.ReservedDevice;
import dev.trainyard.worker.engine.Workshop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The container that a worker creates is the one that Compose itself creates from the same file. Files of {@code compose-equal};
 * {@code NAME.override.yml} goes over {@code NAME.yml}, and {@code # devices:} names what the job has reserved.
 */
class ComposeEqualityTest {

    private static final Path FILES = Path.of("src/test/resources/compose-equal");
    private static final Map<String, String> ENVIRONMENT = Map.of("FROM_SUBMITTER", "theirs", "HOME", "/root");

    private static Workshop workshop;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() {
        workshop = HostDocker.workshop();
    }

    @AfterAll
    static void close() throws IOException {
        workshop.close();
    }

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[^.]+\\.yml"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void our_container_equals_the_one_of_compose(String name) throws Exception {
        copyFiles();
        List<String> files = Stream.of(name, name.replace(".yml", ".override.yml"))
                .filter(file -> Files.exists(folder.resolve(file)))
                .toList();
        List<ReservedDevice> devices = devices(folder.resolve(name));
        TrainingSpec spec = resolve(files);
        // Through the message, as it travels.
        Request request = RequestCodec.decode(
                RequestCodec.encode(SubmitOptions.NONE.toRequest(spec, new JobId(UUID.randomUUID()), spec.pulled())));

        try (ComposeProject compose = new ComposeProject(folder, ENVIRONMENT)) {
            String theirs = compose.create(files, spec.service());
            ContainerId ours = workshop.create((Request.Submit) request, devices);
            try {
                boolean managed = spec.run().storage().outputs().location() == null;
                assertThat(comparable(compose, ours.value(), devices, managed))
                        .isEqualTo(comparable(compose, theirs, devices, managed));
            } finally {
                // Before the project goes: it may hold a volume of it.
                workshop.containers().remove(ours);
            }
        }
    }

    private TrainingSpec resolve(List<String> files) {
        TextFiles beside =
                path -> Optional.of(folder.resolve(path)).filter(Files::exists).map(ComposeEqualityTest::text);
        List<ComposeText> texts = files.stream()
                .map(file -> new ComposeText(file, text(folder.resolve(file))))
                .toList();
        return ComposeResolver.resolve(texts, new ComposeOptions(null, ENVIRONMENT, beside, List.of(), false));
    }

    private void copyFiles() throws IOException {
        try (Stream<Path> files = Files.walk(FILES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(FILES.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    private static List<ReservedDevice> devices(Path file) {
        return text(file)
                .lines()
                .filter(line -> line.startsWith("# devices: "))
                .flatMap(
                        line -> Stream.of(line.substring("# devices: ".length()).split(" ")))
                .map(key -> new ReservedDevice(key, true))
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that the engine knows of a container's configuration, without what either side adds and in one spelling. */
    private static Map<String, String> comparable(
            ComposeProject compose, String id, List<ReservedDevice> devices, boolean managedOutputs)
            throws IOException, InterruptedException {
        JsonNode container = compose.inspect(id);
        Map<String, String> fields = new TreeMap<>();
        put(fields, "Config", config((ObjectNode) container.path("Config")));
        put(fields, "HostConfig", hostConfig((ObjectNode) container.path("HostConfig"), compose.name(), devices));
        put(fields, "Mounts", mounts(container.path("Mounts"), managedOutputs));
        return fields;
    }

    /** Null, an empty list and an empty object all mean that nothing was said. */
    private static void put(Map<String, String> fields, String prefix, JsonNode object) {
        object.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (!value.isNull() && !(value.isContainer() && value.isEmpty())) {
                fields.put(prefix + "." + field.getKey(), value.toString());
            }
        });
    }

    /**
     * Each side labels its containers; we set NVIDIA_VISIBLE_DEVICES. The order of variables, whether the tag "latest" is written
     * out, how the creating client is attached, and a host name that the engine makes up mean nothing; Volumes are among the mounts.
     */
    private static ObjectNode config(ObjectNode config) {
        config.remove(List.of("AttachStdin", "AttachStdout", "AttachStderr", "Volumes"));
        if (config.path("Hostname").asString().matches("[0-9a-f]{12}")) {
            config.remove("Hostname");
        }
        String image = config.path("Image").asString();
        config.put("Image", image.contains(":") ? image : image + ":latest");
        config.set(
                "Env",
                sorted(config.path("Env")
                        .valueStream()
                        .map(JsonNode::asString)
                        .filter(variable -> !variable.startsWith(ContainerSpecs.VISIBLE_DEVICES + "="))));
        ((ObjectNode) config.path("Labels"))
                .remove(config.path("Labels").properties().stream()
                        .map(Map.Entry::getKey)
                        .filter(label -> label.matches("(com\\.docker\\.compose|dev\\.trainyard)\\..*"))
                        .toList());
        return config;
    }

    /**
     * We bound the log and drop MKNOD. Compose makes a network for the project, where we take the engine's default one. That nothing restarts the
     * container is said as "no", or not at all. Of GPUs Compose asks for a number and we for those that are reserved, so that their
     * number is compared; binds and volumes are among the mounts.
     */
    private static ObjectNode hostConfig(ObjectNode config, String project, List<ReservedDevice> devices) {
        if (config.path("NetworkMode").asString().startsWith(project)) {
            config.put("NetworkMode", "default");
        }
        if (config.path("RestartPolicy").path("Name").asString().equals("no")) {
            ((ObjectNode) config.path("RestartPolicy")).put("Name", "");
        }
        config.path("DeviceRequests").forEach(request -> {
            int ids = request.path("DeviceIDs").size();
            int count = request.path("Count").asInt();
            config.put("GPUs", ids > 0 ? ids : count < 0 ? devices.size() : count);
        });
        ObjectNode tmpfs = config.path("Tmpfs") instanceof ObjectNode some ? some : config.putObject("Tmpfs");
        config.path("Mounts").forEach(mount -> {
            if (mount.path("Type").asString().equals("tmpfs")) {
                JsonNode size = mount.path("TmpfsOptions").path("SizeBytes");
                tmpfs.put(mount.path("Target").asString(), size.isMissingNode() ? "" : "size=" + size.asLong());
            }
        });
        config.replace("CapDrop", Inspection.withoutMknod(config.path("CapDrop")));
        config.remove(List.of("LogConfig", "ConsoleSize", "DeviceRequests", "Binds", "Mounts"));
        return config;
    }

    /** By target; one without a name has a made-up one. Mode says again what RW says, in the words of the form in which the mount was asked for. */
    private static ObjectNode mounts(JsonNode mounts, boolean managedOutputs) {
        ObjectNode byTarget = JsonMapper.shared().createObjectNode();
        mounts.forEach(mount -> {
            String target = mount.path("Destination").asString();
            if (!mount.path("Type").asString().equals("tmpfs") && !(managedOutputs && target.equals("/outputs"))) {
                ((ObjectNode) mount).remove("Mode");
                if (mount.path("Name").asString("").matches("[0-9a-f]{64}")) {
                    ((ObjectNode) mount).remove(List.of("Name", "Source"));
                }
                byTarget.set(target, mount);
            }
        });
        return byTarget;
    }

    private static JsonNode sorted(Stream<String> texts) {
        return JsonMapper.shared().valueToTree(texts.sorted().toList());
    }
}
