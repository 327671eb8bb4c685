package dev.trainyard.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the engine says of a container, without what may differ between one of ours and one that Docker's own client made of the
 * same words.
 */
final class Inspection {

    /**
     * What we add (labels, outputs mount, log settings, NVIDIA_VISIBLE_DEVICES), the generated host name, that {@code docker create}
     * attaches where {@code docker run --detach} and we do not, the client's terminal size, and that the CLI says {@code no} for
     * the restart policy where docker-java says nothing, which means the same.
     */
    private static final List<String> CONFIG_EXCEPTIONS =
            List.of("Labels", "Hostname", "Image", "AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce");

    private static final List<String> HOST_CONFIG_EXCEPTIONS = List.of("LogConfig", "ConsoleSize", "RestartPolicy");

    private final JsonNode answer;

    private Inspection(JsonNode answer) {
        this.answer = answer;
    }

    static Inspection of(String id) throws IOException, InterruptedException {
        return new Inspection(
                JsonMapper.shared().readTree(docker("inspect", id)).path(0));
    }

    /** {@code Config}: the program. */
    ObjectNode config() {
        ObjectNode config = part("Config", CONFIG_EXCEPTIONS);
        if (config.path("Env").isArray()) {
            // Docker's own client gives them in an order that changes from call to call.
            List<String> variables = config.withArray("Env")
                    .valueStream()
                    .map(JsonNode::asString)
                    .filter(variable -> !variable.startsWith("NVIDIA_VISIBLE_DEVICES="))
                    .sorted()
                    .toList();
            config.set("Env", JsonMapper.shared().valueToTree(variables));
        }
        config.removeIf(Inspection::saysNothing);
        return config;
    }

    /** {@code HostConfig}: its confinement, without that we drop MKNOD. */
    ObjectNode hostConfig() {
        ObjectNode config = part("HostConfig", HOST_CONFIG_EXCEPTIONS);
        if (config.path("Mounts").isArray()) {
            config.withArray("Mounts")
                    .removeIf(mount -> mount.path("Target").asString().equals("/outputs"));
        }
        config.replace("CapDrop", withoutMknod(config.path("CapDrop")));
        config.replace("CapAdd", capabilities(config.path("CapAdd")));
        config.removeIf(Inspection::saysNothing);
        return config;
    }

    /** The labels that are not ours, and the host name unless the engine made it of the container's id. */
    String names() {
        TreeMap<String, String> labels = new TreeMap<>();
        answer.path("Config").path("Labels").forEachEntry((name, value) -> {
            if (!name.startsWith("dev.trainyard.")) {
                labels.put(name, value.asString());
            }
        });
        String host = answer.path("Config").path("Hostname").asString();
        return labels + " " + (answer.path("Id").asString().startsWith(host) ? "" : host);
    }

    /** What the process finds in its environment, sorted: of a name that is said twice, the last value. */
    Set<String> environment() {
        TreeMap<String, String> values = new TreeMap<>();
        for (JsonNode variable : answer.path("Config").path("Env")) {
            String text = variable.asString();
            if (text.contains("=")) {
                values.put(text.substring(0, text.indexOf('=')), text);
            }
        }
        values.remove("NVIDIA_VISIBLE_DEVICES");
        return new TreeSet<>(values.values());
    }

    /**
     * What is mounted in the end, whichever words led to it: type, source, destination, whether it can be written to, and of a path of
     * the host its propagation. A volume without a name has a made-up one.
     */
    Set<String> mounts() {
        return answer.path("Mounts")
                .valueStream()
                .filter(mount -> !mount.path("Type").asString().equals("tmpfs"))
                .filter(mount -> !mount.path("Destination").asString().equals("/outputs"))
                .map(mount -> "%s %s:%s %s %s"
                        .formatted(
                                mount.path("Type").asString(),
                                mount.path("Source").asString().replaceAll("[0-9a-f]{64}", "ANONYMOUS"),
                                mount.path("Destination").asString(),
                                mount.path("RW").asBoolean(),
                                mount.path("Type").asString().equals("bind")
                                        ? mount.path("Propagation").asString()
                                        : ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** In-memory file systems, of {@code --tmpfs} or of {@code --mount type=tmpfs}. */
    Set<String> inMemory() {
        Set<String> found = new TreeSet<>();
        answer.path("HostConfig")
                .path("Tmpfs")
                .forEachEntry((path, options) -> found.add(path + ":" + options.asString()));
        for (JsonNode mount : answer.path("HostConfig").path("Mounts")) {
            if (mount.path("Type").asString().equals("tmpfs")) {
                JsonNode options = mount.path("TmpfsOptions");
                List<String> words = new ArrayList<>();
                if (options.has("SizeBytes")) {
                    words.add("size=" + options.path("SizeBytes").asLong());
                }
                if (options.has("Mode")) {
                    words.add(
                            "mode=" + Integer.toOctalString(options.path("Mode").asInt()));
                }
                found.add(mount.path("Target").asString() + ":" + String.join(",", words));
            }
        }
        return found;
    }

    private ObjectNode part(String name, List<String> exceptions) {
        ObjectNode part = (ObjectNode) answer.path(name).deepCopy();
        part.remove(exceptions);
        return part;
    }

    /** The CLI sorts capabilities and writes them {@code CAP_NET_RAW}; to the engine {@code NET_RAW} is the same. */
    private static JsonNode capabilities(JsonNode capabilities) {
        return JsonMapper.shared()
                .valueToTree(capabilities
                        .valueStream()
                        .map(capability -> capability.asString().replaceFirst("^CAP_", ""))
                        .sorted()
                        .toList());
    }

    /** Every one of our containers drops it, unless its request adds it. */
    static JsonNode withoutMknod(JsonNode capDrop) {
        return JsonMapper.shared()
                .valueToTree(capabilities(capDrop)
                        .valueStream()
                        .map(JsonNode::asString)
                        .filter(capability -> !capability.equals("MKNOD"))
                        .toList());
    }

    /** Null, an empty list and an empty object all mean that nothing was said; the CLI and docker-java differ in which. */
    private static boolean saysNothing(JsonNode value) {
        return value.isNull() || (value.isContainer() && value.isEmpty());
    }

    /** What Docker's own client prints. */
    static String docker(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
