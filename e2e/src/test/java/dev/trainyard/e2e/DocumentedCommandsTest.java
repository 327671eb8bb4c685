package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The commands of README.md and of {@code docs} work as they are written, against a real {@code up}. A command block is one fenced with
 * {@code sh}, or one indented by four blanks that begins with {@code trainyard}. Its lines are run by bash, in their order, in a folder with
 * what a reader has there. What is different from one reader to the next is replaced by the rules of {@link #here}; a line that cannot run
 * on a test machine is in {@link #LEFT_OUT}, with the reason. A new line is run, or fails until it is there.
 */
class DocumentedCommandsTest {

    private static final Path ROOT = Path.of("..");

    /** The beginning of a line, and why no test machine runs it. Each is used, or the test fails. */
    private static final Map<String, String> LEFT_OUT = leftOut();

    /** Built here, or by the commands. */
    private static final List<String> IMAGES =
            List.of("vision/resnet:1", "vision/mnist:2", "vision/resnet:2", "vision/resnet:cpu", "digits");

    /** The reader's working directory. */
    private static Path folder;

    /** In place of {@code /logs}. Not in the working directory, whose folders belong to the reader. */
    private static Path logs;

    private static ProductProcess up;
    private static String server;
    private static String ended;
    private static String running;

    private static Map<String, String> leftOut() {
        Map<String, String> reasons = new LinkedHashMap<>();
        String setsUp = "sets the whole machine up, and runs for minutes";
        reasons.put("./trainyard demo", setsUp);
        reasons.put("./trainyard test", setsUp);
        reasons.put("./trainyard up", "is what this test has started");
        String hosts = "needs the hosts db and kafka";
        reasons.put("./trainyard migrate", hosts);
        reasons.put("./trainyard server", hosts);
        reasons.put(
                "./trainyard worker ", "needs the hosts db and kafka, or runs until it is stopped (WorkerAloneTest)");
        reasons.put("kafka-console-consumer.sh", hosts);
        reasons.put("./trainyard run -d --gpus '\"device=GPU-", "would wait for a GPU that no test machine has");
        reasons.put("python3 relay.py", "serves until it is stopped");
        reasons.put("psql", "is not on every test machine; the history is asked over REST");
        reasons.put("kcat -C", "is not on every test machine, and follows the topic without an end");
        reasons.put("echo \"$JOB|", "goes to kcat, which is not on every test machine (TrainingFormatTest publishes)");
        reasons.put("curl -s \"$(info rest)/api/v1/jobs/$JOB\"", "asks for the job that kcat would have published");
        return reasons;
    }

    /** @param line of the file, where it begins */
    record Block(String file, int line, String text) {
        @Override
        public String toString() {
            return "%s:%d".formatted(file, line);
        }

        /** Its commands, each with the lines that continue it. */
        List<String> commands() {
            List<String> commands = new ArrayList<>();
            StringBuilder open = new StringBuilder();
            for (String each : text.lines().toList()) {
                open.append(open.isEmpty() ? "" : "\n").append(each);
                if (!each.endsWith("\\") && isWhole(open.toString())) {
                    commands.add(open.toString());
                    open.setLength(0);
                }
            }
            assertThat(open).as("the last command is whole").isEmpty();
            return commands.stream().filter(each -> !each.isBlank()).toList();
        }

        /** Whether bash expects nothing more. */
        private static boolean isWhole(String command) {
            try {
                return new ProcessBuilder("bash", "-n", "-c", command)
                                .redirectError(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor()
                        == 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        List<String> run() {
            return commands().stream()
                    .filter(command -> reason(command).isEmpty())
                    .toList();
        }
    }

    static Stream<Block> blocks() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                    Stream.of(ROOT.resolve("README.md")),
                    docs.filter(file -> file.toString().endsWith(".md")))
                    .sorted()
                    .flatMap(file -> blocks(file).stream())
                    .toList()
                    .stream();
        }
    }

    private static List<Block> blocks(Path file) {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            boolean fenced = lines.get(i).equals("```sh");
            boolean indented = lines.get(i).startsWith("    trainyard ");
            if (lines.get(i).startsWith("```") && !fenced) {
                // What stands in another fence is no command.
                do {
                    i++;
                } while (!lines.get(i).equals("```"));
            } else if (fenced || indented) {
                int begin = fenced ? i + 1 : i;
                int end = begin;
                while (end < lines.size()
                        && (fenced
                                ? !lines.get(end).equals("```")
                                : lines.get(end).startsWith("    "))) {
                    end++;
                }
                String text = lines.subList(begin, end).stream()
                        .map(line -> fenced ? line : line.substring(4))
                        .collect(Collectors.joining("\n"));
                blocks.add(new Block(ROOT.relativize(file).toString(), begin + 1, text));
                i = end;
            }
        }
        return blocks;
    }

    static Stream<Block> runnable() throws IOException {
        return blocks().filter(block -> !block.run().isEmpty());
    }

    private static Optional<String> reason(String command) {
        return LEFT_OUT.keySet().stream().filter(command::startsWith).findFirst();
    }

    @BeforeAll
    static void prepare_what_a_reader_has() throws Exception {
        folder = fresh(Path.of("target", "e2e", "DocumentedCommandsTest")).toRealPath();
        logs = fresh(Path.of("target", "e2e", "DocumentedCommandsTest-logs")).toRealPath();
        Path policy = Files.writeString(
                folder.resolve("policy.yml"), "mounts: {%s: read-write, %s: read-write}".formatted(folder, logs));
        up = ProductProcess.start(
                folder,
                "up",
                "standalone",
                Map.of(),
                List.of(
                        "up",
                        "--dir",
                        folder.resolve("state").toString(),
                        "--port",
                        "0",
                        // The documents name the devices 0 to 2.
                        "--devices",
                        "slots:3",
                        "--policy",
                        policy.toString()));
        server = up.awaitSaying("REST serves at (http://\\S+)").group(1);
        Path client = Files.writeString(folder.resolve("trainyard"), """
                #!/bin/sh
                exec "%s" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' dev.trainyard.cli.Main "$@"
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"), ClassPath.ofProduct()));
        Files.setPosixFilePermissions(client, PosixFilePermissions.fromString("rwxr-xr-x"));
        aTrainingPackage();
        // Images that the documents only name.
        bash("before", "docker rmi --force %s || true".formatted(String.join(" ", IMAGES)));
        bash("images", "docker build --tag vision/resnet:1 --tag vision/mnist:2 .");
        // A job that has ended, and one that runs: for commands that take an id.
        ended = bash("ended", "trainyard run -d --name ended busybox true").strip();
        bash("ends", "trainyard logs -f " + ended);
        running = bash("running", "trainyard run -d --name running busybox sleep 600")
                .strip();
    }

    /** In place of the example's Dockerfile, which takes packages of the distribution in: TrainingFormatTest builds that one. */
    private static void aTrainingPackage() throws Exception {
        String dockerfile = """
                FROM busybox
                RUN printf '#!/bin/sh\\necho "$@"\\n' > /bin/python && chmod +x /bin/python
                %sENTRYPOINT ["sh", "-c", "case $1 in -*) set -- python main.py \\"$@\\" ;; esac; exec \\"$@\\"", "it"]
                CMD ["python", "main.py"]
                """;
        Path example = Files.createDirectories(folder.resolve("examples/digits"));
        for (String file : List.of("docker-compose.yml", "params.yml")) {
            Files.copy(ROOT.resolve("examples/digits").resolve(file), example.resolve(file));
        }
        Files.writeString(example.resolve("Dockerfile"), dockerfile.formatted("ADD digits.tar /\n"));
        Files.writeString(Files.createDirectories(example.resolve("digits")).resolve("main.py"), "");
        Files.writeString(folder.resolve("Dockerfile"), dockerfile.formatted("ADD digits.tar /\n"));
        Files.writeString(folder.resolve("Dockerfile.cpu"), dockerfile.formatted("ADD resnet18.tar /\n"));
        Files.writeString(folder.resolve(".dockerignore"), "*\n!digits.tar\n");
        for (String source : List.of("digits", "resnet18")) {
            Files.writeString(Files.createDirectories(folder.resolve(source)).resolve("main.py"), "");
        }
        bash("packed", "tar -cf digits.tar -C digits main.py");
        String compose = """
                services:
                  train:
                    image: vision/resnet:1
                    command: [python, main.py]
                """;
        Files.writeString(folder.resolve("docker-compose.yml"), compose);
        bash(
                "guide",
                "cp -r '%s' examples/first"
                        .formatted(ROOT.resolve("examples/first").toRealPath()));
        Files.writeString(folder.resolve("draft.yml"), compose);
        Files.writeString(folder.resolve("params.yml"), "lr: {type: float, default: 0.1}\namp: bool\n");
    }

    @AfterAll
    static void stop() throws Exception {
        bash(
                "cleaned",
                "trainyard cancel %s || true; docker rmi --force %s".formatted(running, String.join(" ", IMAGES)));
        up.close();
    }

    @ParameterizedTest
    @MethodSource("runnable")
    void the_commands_of_a_block_work_as_they_are_written(Block block) throws Exception {
        String script = block.run().stream().map(DocumentedCommandsTest::here).collect(Collectors.joining("\n"));

        bash(block.toString().replaceAll("\\W+", "-"), script);
    }

    @Test
    void every_skipped_block_is_in_the_documents() throws IOException {
        List<String> commands =
                blocks().flatMap(block -> block.commands().stream()).toList();

        assertThat(LEFT_OUT.keySet())
                .allSatisfy(start -> assertThat(commands)
                        .as("a command that begins with " + start)
                        .anySatisfy(command -> assertThat(command).startsWith(start)));
    }

    /** The launcher is the client on the PATH; the server, folders of the host and ids are this test's. */
    private static String here(String command) {
        boolean cancels = command.contains("trainyard cancel");
        return command.replace("./trainyard ", "trainyard ")
                .replace("http://127.0.0.1:8700", server)
                .replace("/var/lib/trainyard", folder + "/state")
                .replace("/logs/", logs + "/")
                .replaceAll("\\b01a20cda-5f1c\\b", cancels ? running : ended);
    }

    /** Runs it as a reader's shell would, but that the first failure ends it; returns its standard output. */
    private static String bash(String name, String script) throws IOException, InterruptedException {
        Path out = folder.resolve("said-" + name + ".out");
        Path err = folder.resolve("said-" + name + ".err");
        ProcessBuilder bash = new ProcessBuilder("bash", "-eo", "pipefail", "-c", script)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        bash.environment().keySet().removeIf(variable -> variable.startsWith("TRAINYARD_"));
        bash.environment().put("TRAINYARD_SERVER", server);
        bash.environment().put("DOCKER_BUILDKIT", "0");
        bash.environment().put("PATH", folder + ":" + System.getenv("PATH"));
        Process process = bash.start();
        if (!process.waitFor(ProductProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(process.waitFor())
                .as("%s%nsaid%n%s%s", script, Files.readString(err), Files.readString(out))
                .isZero();
        return Files.readString(out);
    }

    private static Path fresh(Path relative) throws IOException {
        Path made = relative.toAbsolutePath();
        if (Files.exists(made)) {
            try (Stream<Path> all = Files.walk(made)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
        Files.createDirectories(made);
        return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwx------"));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
