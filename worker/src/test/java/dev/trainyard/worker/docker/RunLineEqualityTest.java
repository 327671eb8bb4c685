package dev.trainyard.worker.docker;

import static dev.trainyard.worker.engine.ContainerSpecs.DEFAULT_LOG_BUDGET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.runline.InvalidRunLine;
import dev.trainyard.core.runline.RunLine;
import dev.trainyard.core.runline.RunWords;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.TrainingSpec;
import dev.trainyard.worker.engine.AttemptRef;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.ContainerSpecs;
import dev.trainyard.worker.engine.ReservedDevice;
import dev.trainyard.worker.engine.TemporaryFolder;
import dev.trainyard.worker.engine.Workshop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * The words of {@code docker run}, read by {@code trainyard run}, lead to the container that Docker's own client makes of them.
 *
 * <p>Beside what {@link Inspection} lists may differ: {@code --rm} (the worker itself removes each container), that binds of
 * {@code -v} are made as mounts, so that a missing source is an error, and that {@code --mount type=tmpfs} is made as
 * {@code --tmpfs}. In the end the same is mounted, which is compared.
 */
class RunLineEqualityTest {

    private static final List<String> VOLUMES = List.of("trainyard-test-cache", "trainyard-test-data");

    private static Workshop workshop;
    private static TemporaryFolder files;

    @BeforeAll
    static void open() throws IOException {
        workshop = HostDocker.workshop();
        files = TemporaryFolder.create("trainyard-test-run-lines");
        Files.writeString(
                files.path().resolve("train.env"), "# comment\n\nA=0\n  B=\"x y\" # z \nHOME\nNOWHERE_AT_ALL\nE=\n");
        Files.writeString(files.path().resolve("labels"), "a=0\nd=\"x\" \nalone\n");
    }

    @AfterAll
    static void close() throws IOException, InterruptedException {
        workshop.close();
        files.close();
        for (String volume : VOLUMES) {
            Inspection.docker("volume", "rm", "-f", volume);
        }
    }

    static Stream<String> lines() throws IOException {
        try (var resource = RunLineEqualityTest.class.getResourceAsStream("run-lines.txt")) {
            return new String(resource.readAllBytes()).lines().filter(line -> !line.startsWith("#")).toList().stream();
        }
    }

    private final CliContainers cli = new CliContainers();

    @AfterEach
    void removeTheirs() throws IOException, InterruptedException {
        cli.close();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void our_container_equals_the_one_of_docker_run(String line) throws Exception {
        List<String> words = ShellWords.split(line.replace("FILES", files.path().toString()));
        RunLine read = read(words);
        String theirs = docker(words, read.detached());
        Inspection expected = Inspection.of(theirs);
        Inspection actual = Inspection.of(create(read.training()).value());

        assertThat(without(actual.config(), "Env")).isEqualTo(without(expected.config(), "Env"));
        assertThat(without(actual.hostConfig(), "AutoRemove", "Binds", "Mounts", "Tmpfs"))
                .isEqualTo(without(expected.hostConfig(), "AutoRemove", "Binds", "Mounts", "Tmpfs"));
        assertThat(actual.environment()).isEqualTo(expected.environment());
        assertThat(actual.names()).isEqualTo(expected.names());
        assertThat(actual.mounts()).isEqualTo(expected.mounts());
        assertThat(actual.inMemory()).isEqualTo(expected.inMemory());
    }

    @Test
    void every_flag_of_docker_run_is_known() throws Exception {
        Matcher flag = Pattern.compile("(?m)^ +(?:-\\w, )?--([a-z0-9-]+)").matcher(Inspection.docker("run", "--help"));
        List<String> unknown = new ArrayList<>();

        while (flag.find()) {
            InvalidRunLine refused = catchThrowableOfType(
                    InvalidRunLine.class, () -> read(List.of("--" + flag.group(1) + "=\u0000", "busybox")));
            boolean help = flag.group(1).equals("help");
            if (!help && (refused == null || refused.getMessage().contains("is no flag"))) {
                unknown.add(flag.group(1));
            }
        }

        assertThat(unknown).isEmpty();
    }

    private static RunLine read(List<String> words) {
        return RunLine.read(RunWords.split(words, Map.of()), System.getenv(), RunLineEqualityTest::text);
    }

    private static Optional<String> text(String path) {
        try {
            return Optional.of(Files.readString(Path.of(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String docker(List<String> words, boolean detached) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(words);
        // docker create knows neither of them, and does not need to.
        command.removeIf(word -> !detached && (word.equals("-d=false") || word.equals("--sig-proxy=true")));
        return cli.make(detached ? "run" : "create", command);
    }

    private static ContainerId create(TrainingSpec spec) throws IOException {
        Request.Submit request = SubmitOptions.NONE.toRequest(spec, new JobId(UUID.randomUUID()), spec.pulled());
        List<ReservedDevice> devices = request.gpus() instanceof Gpus.Devices(List<String> ids)
                ? ids.stream().map(id -> new ReservedDevice(id, true)).toList()
                : List.of();
        String location = request.run().storage().outputs().location();
        Path outputs = location == null ? workshop.outputs() : Path.of(location);
        return workshop.containers()
                .create(ContainerSpecs.of(
                        workshop.owner(),
                        new AttemptRef(AttemptId.random(), 1),
                        request,
                        devices,
                        Workshop.IMAGE,
                        outputs,
                        DEFAULT_LOG_BUDGET));
    }

    private static ObjectNode without(ObjectNode part, String... fields) {
        part.remove(List.of(fields));
        return part;
    }
}
