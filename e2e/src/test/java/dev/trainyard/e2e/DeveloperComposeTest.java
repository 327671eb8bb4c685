package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code docker-compose.dev.yml} is in step with the product, also where its images cannot be had. */
class DeveloperComposeTest {

    /** A service that it needs does not answer. */
    private static final int UNAVAILABLE = 69;

    private static final String CLASS_PATH = "/opt/trainyard/lib";
    private static final Map<String, Map<String, Object>> SERVICES = services();

    @Test
    void it_starts_the_same_kafka_and_postgres_as_the_tests() {
        assertThat(SERVICES.get("kafka")).containsEntry("image", ServiceImages.KAFKA);
        assertThat(SERVICES.get("postgres")).containsEntry("image", ServiceImages.POSTGRES);
    }

    @Test
    void it_listens_on_loopback_only() {
        assertThat(SERVICES.values())
                .flatExtracting(service -> strings(service, "ports"))
                .isNotEmpty()
                .allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void a_service_waits_only_for_services_with_a_health_check() {
        Map<String, Object> healthy = Map.of("condition", "service_healthy");
        SERVICES.forEach((name, service) -> map(service, "depends_on").forEach((other, condition) -> {
            assertThat(SERVICES).as(name).containsKey(other);
            assertThat(condition).isIn(healthy, Map.of("condition", "service_completed_successfully"));
            if (condition.equals(healthy)) {
                assertThat(SERVICES.get(other)).as(other).containsKey("healthcheck");
            }
        }));
    }

    @Test
    void the_paths_that_the_worker_names_to_the_engine_are_the_hosts() {
        List<String> command = command("worker");
        String outputs = command.get(command.indexOf("--outputs") + 1);

        assertThat(strings(worker(), "volumes"))
                .contains("/var/run/docker.sock:/var/run/docker.sock")
                .anyMatch(volume -> volume.split(":")[0].equals(volume.split(":")[1])
                        && Path.of(outputs).startsWith(volume.split(":")[0]));
    }

    /** Here its names of hosts lead nowhere, so a command that is understood ends with that, and any other with wrong usage. */
    @ParameterizedTest
    @ValueSource(strings = {"migrate", "submitter", "worker"})
    void the_product_accepts_the_command_of_each_service(String service, @TempDir Path directory) {
        List<String> command = command(service);
        int classPath = command.indexOf("-cp");
        String main = command.get(classPath + 2);
        List<String> arguments = command.subList(classPath + 3, command.size()).stream()
                .map(argument -> argument.replace("/var/lib/trainyard-dev", directory.toString()))
                .toList();

        assertThat(command).startsWith("java");
        assertThat(command.get(classPath + 1)).isEqualTo(CLASS_PATH + "/*");
        assertThat(strings(SERVICES.get(service), "volumes"))
                .contains("./standalone/target/lib:%s:ro".formatted(CLASS_PATH));
        try (ProductProcess process = ProductProcess.start(
                directory, service, main.replaceFirst("dev\\.trainyard\\.(\\w+)\\.Main", "$1"), Map.of(), arguments)) {
            assertThat(process.awaitExit()).as(process.said()).isEqualTo(UNAVAILABLE);
            assertThat(process.err()).contains("postgres:5432");
        }
    }

    private static Map<String, Object> worker() {
        return SERVICES.get("worker");
    }

    private static List<String> command(String service) {
        return strings(SERVICES.get(service), "command");
    }

    private static List<String> strings(Map<String, Object> service, String key) {
        return service.get(key) instanceof List<?> list
                ? list.stream().map(Object::toString).toList()
                : List.of();
    }

    private static Map<String, Object> map(Object parent, String key) {
        Map<String, Object> result = new TreeMap<>();
        if (parent instanceof Map<?, ?> map && map.get(key) instanceof Map<?, ?> found) {
            found.forEach((name, value) -> result.put(name.toString(), value));
        }
        return result;
    }

    private static Map<String, Map<String, Object>> services() {
        try {
            Object file = new Load(LoadSettings.builder().build())
                    .loadFromString(Files.readString(Path.of("..", "docker-compose.dev.yml")));
            Map<String, Map<String, Object>> services = new TreeMap<>();
            map(file, "services").forEach((name, service) -> services.put(name, map(Map.of("it", service), "it")));
            return services;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
