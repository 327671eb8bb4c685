package dev.trainyard.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What real Compose makes of compose files, under a project name of a test's own, until it is closed. */
final class ComposeProject implements AutoCloseable {

    private static final List<String> COMPOSE =
            runs("docker-compose", "version") ? List.of("docker-compose") : List.of("docker", "compose");

    private final String name = "trainyardtest" + UUID.randomUUID().toString().replace("-", "");
    private final Path folder;
    private final Map<String, String> environment;

    /**
     * @param folder where the files lie
     * @param environment over the test's own
     */
    ComposeProject(Path folder, Map<String, String> environment) {
        this.folder = folder;
        this.environment = environment;
    }

    String name() {
        return name;
    }

    /** Id of the container that Compose creates, and does not start, for a service. */
    String create(List<String> files, String service) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(COMPOSE);
        files.forEach(file -> command.addAll(List.of("-f", file)));
        command.addAll(List.of("-p", name, "up", "--no-start", "--no-deps", service));
        run(command);
        return run(List.of("docker", "ps", "-aq", "--no-trunc", "--filter", label()))
                .strip();
    }

    JsonNode inspect(String id) throws IOException, InterruptedException {
        return JsonMapper.shared()
                .readTree(run(List.of("docker", "container", "inspect", id)))
                .path(0);
    }

    private String label() {
        return "label=com.docker.compose.project=" + name;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        remove("container", "-aq");
        remove("network", "-q");
        remove("volume", "-q");
    }

    private void remove(String kind, String quietly) throws IOException, InterruptedException {
        for (String id : run(List.of("docker", kind, "ls", quietly, "--filter", label()))
                .lines()
                .toList()) {
            run(List.of("docker", kind, "rm", id));
        }
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("trainyard-test", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s%s", String.join(" ", command), output, Files.readString(errors))
                .isZero();
        Files.delete(errors);
        return output;
    }

    private static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
