package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.trainyard.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders of the submitter that jobs mount in place, compared with what Docker Compose does in the same folder. */
class InPlaceTest {

    /** Kind, path, mode, owner, target of a link and content of everything in a folder. */
    private static final String LISTING =
            "find . -printf '%y %p %m %u:%g %l\\n' | sort; find . -type f -print0 | sort -z | xargs -0 -r sha256sum";

    @TempDir
    private static Path directory;

    private static Yard yard;

    @BeforeAll
    static void start() {
        yard = new Yard(directory, "slots:2");
    }

    @AfterAll
    static void stop() {
        yard.close();
    }

    /** A compose file, and what is in its folder. */
    private record Project(String files, String volumes, String script, String more) {

        Path in(Path folder) throws Exception {
            Files.createDirectories(folder);
            shell(folder, files);
            Files.writeString(folder.resolve("docker-compose.yml"), """
                    version: "3"
                    services:
                      train:
                        image: busybox:latest
                        command: ["sh", "-c", %s]
                        volumes: [%s]
                    %s
                    """.formatted(
                            Yard.quoted(script.replace("$", "$$")), volumes, more.indent(4)));
            return folder;
        }
    }

    private static Project project(String files, String volumes, String script) {
        return new Project(files, volumes, script, "");
    }

    @Test
    void a_compose_file_with_relative_folders_trains_where_it_lies_and_leaves_nothing_else_there() throws Exception {
        Project project = project(
                "mkdir data; echo 1 > data/in",
                "./data:/data:ro, ./outputs:/outputs, .:/work",
                "cat /data/in > /outputs/model.pt; echo x > /work/side");

        assertEqualFolders(project, "first");

        assertThat(yard.select("select path, kind from history.outputs order by path"))
                .extracting(row -> row.get("path") + " " + row.get("kind"))
                .contains("model.pt CHECKPOINT");
    }

    @Test
    void a_run_line_with_a_folder_of_the_working_directory_trains_in_place() throws Exception {
        Path data = Files.createDirectories(directory.resolve("line/data"));
        Files.writeString(data.resolve("in"), "1");

        // The working directory of this process is not the test's own.
        Outcome outcome = trainyard(
                "run",
                "-v",
                relative(data.toRealPath()) + ":/data",
                "busybox:latest",
                "sh",
                "-c",
                "cp /data/in /data/out");

        assertThat(outcome.exitCode()).as(outcome.said()).isZero();
        assertThat(data.resolve("out")).hasContent("1");
    }

    @Test
    void a_request_over_tcp_or_kafka_mounts_nothing_in_place() throws Exception {
        Path data = Files.createDirectories(directory.resolve("private"));
        UUID job = UUID.randomUUID();
        String message = """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"thief",
                 "image":{"reference":"busybox:latest"},
                 "run":{"mounts":[{"source":"%s","target":"/x","inPlace":true}]}}""".formatted(job, data);

        yard.publish(job, message);

        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(yard.value("select reason from history.rejected where job_id = ?", job))
                        .asString()
                        .contains("no server has granted that to this request"));
        assertThat(post(
                        new InetSocketAddress(
                                "127.0.0.1", yard.standalone().rest().getPort()),
                        message))
                .contains("\"status\":403")
                .contains("Send it over the server's socket");
    }

    @Test
    void a_request_over_the_socket_is_granted_its_folders_and_names_no_links() throws Exception {
        Path data = Files.createDirectories(directory.resolve("by-curl")).toRealPath();
        Path link = Files.createSymbolicLink(directory.resolve("a-link"), data);
        UUID job = UUID.randomUUID();
        String message = """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"curl",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["touch","/x/done"],"mounts":[{"source":"%s","target":"/x","inPlace":true}]}}""";

        assertThat(overSocket(message.formatted(job, link))).contains("\"status\":400", "is the link to");
        assertThat(overSocket(message.formatted(job, directory.resolve("none"))))
                .contains("\"status\":400", "does not find it");
        assertThat(overSocket(message.formatted(job, data))).contains("PUBLISHED");
        yard.awaitJob(job, "SUCCEEDED");
        assertThat(data.resolve("done")).exists();
        assertThat(yard.selectInside("select granted_to from trainyard.in_place_grant where job_id = ?", job))
                .extracting(row -> row.get("granted_to"))
                .containsExactly(System.getProperty("user.name"));
    }

    @Test
    void a_name_that_a_build_gave_is_no_image_for_folders_in_place() throws Exception {
        Path data = Files.createDirectories(directory.resolve("built")).toRealPath();
        Path context = Files.createDirectories(directory.resolve("context"));
        Files.writeString(context.resolve("Dockerfile"), "FROM busybox:latest\nENV WHO=stranger\n");
        String script = "echo \"$WHO\" > /x/who || true; test \"$WHO\" = \"$0\"";
        assertThat(trainyard("run", "--build", context.toString(), "busybox:latest", "sh", "-c", script, "stranger")
                        .exitCode())
                .isZero();

        Outcome outcome = trainyard("run", "-v", relative(data) + ":/x", "busybox:latest", "sh", "-c", script, "");

        assertThat(outcome.exitCode()).as(outcome.said()).isZero();
        assertThat(Files.readString(data.resolve("who")).strip()).isEmpty();
    }

    @Test
    void a_request_that_was_changed_after_its_acceptance_gets_no_folder_in_place() throws Exception {
        Path data = Files.createDirectories(directory.resolve("changed")).toRealPath();
        UUID job = UUID.randomUUID();
        overSocket("""
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"changed","notBefore":"%s",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["true"],"mounts":[{"source":"%s","target":"/x","inPlace":true}]}}""".formatted(job, Instant.now().plusSeconds(5), data));
        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(yard.jobState(job)).isEqualTo("QUEUED"));

        yard.updateAsWorker("""
                update trainyard.job set request = jsonb_set(request, '{run,command}', '["touch","/x/stolen"]') where id = '%s'""".formatted(job));

        yard.awaitJob(job, "FAILED");
        assertThat(yard.attempts(job).getFirst()).containsEntry("cause", "POLICY_DENIED");
        assertThat(data.resolve("stolen")).doesNotExist();
    }

    @Test
    void an_outputs_folder_that_vanishes_is_not_made_by_the_worker() throws Exception {
        Path outputs =
                Files.createDirectories(directory.resolve("vanishes/outputs")).toRealPath();
        UUID job = UUID.randomUUID();
        overSocket("""
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"vanishes","notBefore":"%s",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["true"],"outputs":{"location":"%s","inPlace":true}}}""".formatted(job, Instant.now().plusSeconds(3), outputs));
        Files.delete(outputs);

        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job).getFirst().get("detail")).asString().contains("it is not there any more");
        assertThat(outputs).doesNotExist();
    }

    private static String relative(Path path) {
        return "./" + Path.of("").toAbsolutePath().relativize(path);
    }

    @Test
    void the_socket_is_open_to_users_of_the_engine_only() throws Exception {
        PosixFileAttributes engine = Files.readAttributes(Path.of("/var/run/docker.sock"), PosixFileAttributes.class);
        PosixFileAttributes ours = Files.readAttributes(socket(), PosixFileAttributes.class);

        assertThat(PosixFilePermissions.toString(ours.permissions()))
                .isEqualTo(PosixFilePermissions.toString(engine.permissions()));
        assertThat(ours.group()).isEqualTo(engine.group());
    }

    @Test
    void a_folder_that_has_become_a_link_since_is_not_followed() throws Exception {
        Path data = Files.createDirectories(directory.resolve("swapped")).toRealPath();
        Path target = Files.createDirectories(directory.resolve("target"));
        String message = """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"swap","notBefore":"%s",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["touch","/x/done"],"mounts":[{"source":"%s","target":"/x","inPlace":true}]}}""";
        UUID job = UUID.randomUUID();
        overSocket(message.formatted(job, Instant.now().plusSeconds(3), data));
        Files.delete(data);
        Files.createSymbolicLink(data, target);

        yard.awaitJob(job, "FAILED");

        assertThat(yard.attempts(job).getFirst())
                .containsEntry("cause", "POLICY_DENIED")
                .extracting("detail")
                .asString()
                .contains("which was changed since the job was submitted");
        assertThat(target.resolve("done")).doesNotExist();
    }

    @Test
    void a_server_that_was_killed_leaves_a_socket_that_the_next_one_replaces() throws Exception {
        yard.restart(() -> {
            try (var abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                abandoned.bind(UnixDomainSocketAddress.of(socket()));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            assertThat(channel.connect(UnixDomainSocketAddress.of(socket()))).isTrue();
        }
    }

    static Stream<Arguments> projects() {
        return Stream.of(
                arguments("a missing folder", project("true", "./outputs:/outputs", "echo x > /outputs/m.pt")),
                arguments("a missing folder that nothing is written to", project("true", "./logs:/logs", "true")),
                arguments("missing folders in folders", project("true", "./a/b/c:/c", "echo x > /c/x")),
                arguments("the whole folder", project("echo 1 > in", ".:/w", "cp /w/in /w/out")),
                arguments("a mount in another", project("mkdir data", ".:/w, ./data:/w/data", "echo x > /w/data/x")),
                arguments(
                        "a mount in another of another folder",
                        project("mkdir a b", "./a:/w, ./b:/w/b", "echo x > /w/b/x; echo y > /w/y")),
                arguments(
                        "outputs within the mounted folder",
                        project("true", ".:/w, ./outputs:/outputs", "echo x > /outputs/x; ls -R /w > /w/seen")),
                arguments("a read-only folder", project("mkdir d", "./d:/d:ro", "echo x > /d/x; true")),
                arguments("a single file", project("echo lr: 1 > c.yml", "./c.yml:/app/c.yml:ro", "cat /app/c.yml")),
                arguments("a file that is written", project("echo 1 > log", "./log:/log", "echo 2 >> /log")),
                arguments("a deleted file", project("mkdir d; echo 1 > d/x; echo 2 > d/y", "./d:/d", "rm /d/x")),
                arguments("a replaced file", project("mkdir d; echo 1 > d/x", "./d:/d", "echo 2 > /d/n; mv /d/n /d/x")),
                arguments("a deleted folder", project("mkdir -p d/e/f", "./d:/d", "rm -r /d/e")),
                arguments("a link that is made", project("mkdir d", "./d:/d", "ln -s best.pt /d/last.pt")),
                arguments("a link out of the folder", project("mkdir d; ln -s /etc/hostname d/l", "./d:/d", "ls /d")),
                arguments(
                        "a folder behind a link", project("mkdir real; ln -s real data", "./data:/d", "echo x > /d/x")),
                arguments("hard links", project("mkdir d; echo 1 > d/x; ln d/x d/y", "./d:/d", "echo 2 >> /d/x")),
                arguments(
                        "odd names",
                        project(
                                "mkdir 'a b'; touch 'a b/ä' \"a b/quote'\" 'a b/$x'",
                                "'./a b:/d'",
                                "touch '/d/new line' '/d/-n'")),
                arguments("a folder above", project("mkdir -p ../shared", "../shared:/s", "ls /s")),
                arguments("modes", project("mkdir d; touch d/x; chmod 600 d/x; chmod 2775 d", "./d:/d", "touch /d/y")),
                arguments(
                        "another owner",
                        project("mkdir d; touch d/x; chown -R 1000:1000 d", "./d:/d", "touch /d/y; chown 7:8 /d/y")),
                arguments(
                        "a user of the container",
                        new Project("mkdir d; chmod 777 d", "./d:/d", "touch /d/y", "user: \"1000:1000\"")),
                arguments("an empty folder", project("mkdir -p d/empty", "./d:/d", "mkdir /d/empty2")),
                arguments("a sparse file", project("mkdir d", "./d:/d", "truncate -s 5M /d/sparse 2>/dev/null")),
                arguments("a pipe", project("mkdir d", "./d:/d", "mkfifo /d/p")),
                arguments("a program that fails", project("mkdir d", "./d:/d", "echo x > /d/x; exit 3")),
                arguments(
                        "outputs that were there",
                        project("mkdir outputs; echo 1 > outputs/old", "./outputs:/outputs", "echo 2 > /outputs/new")),
                arguments(
                        "the long syntax",
                        project(
                                "mkdir d",
                                "{type: bind, source: ./d, target: /d}, {type: bind, source: ., target: /w, read_only: true}",
                                "cp /w/docker-compose.yml /d")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("projects")
    @Tag("slow")
    void a_folder_looks_afterwards_as_if_compose_had_run_there(String name, Project project) throws Exception {
        assertEqualFolders(project, name.replace(' ', '-'));
    }

    private static void assertEqualFolders(Project project, String name) throws Exception {
        Path theirs = project.in(directory.resolve("theirs").resolve(name).resolve("project"));
        Path ours = project.in(directory.resolve("ours").resolve(name).resolve("project"));

        shell(
                theirs,
                "(docker-compose up || docker compose up) >/dev/null 2>&1; (docker-compose down || docker compose down) >/dev/null 2>&1; true");
        Outcome outcome = trainyard("submit", ours.resolve("docker-compose.yml").toString());

        assertThat(listing(ours)).as(outcome.said()).isEqualTo(listing(theirs));
    }

    private static String listing(Path project) throws Exception {
        return shell(project.resolveSibling(""), LISTING);
    }

    private record Outcome(int exitCode, String said) {}

    private static Outcome trainyard(String... command) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        int exitCode = Main.run(
                List.of(command),
                out,
                out,
                Map.of("TRAINYARD_SERVER", yard.standalone().rest().toString(), "HOME", directory.toString()));
        return new Outcome(exitCode, said.toString(StandardCharsets.UTF_8));
    }

    private static Path socket() {
        return directory.resolve("state/trainyard.sock");
    }

    private static String overSocket(String message) throws IOException {
        return post(UnixDomainSocketAddress.of(socket()), message);
    }

    /** HTTP/1.0, so that the end of the answer is the end of the connection. */
    private static String post(SocketAddress address, String message) throws IOException {
        byte[] body = message.getBytes(StandardCharsets.UTF_8);
        String head =
                "POST /api/v1/jobs HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                        .formatted(body.length);
        try (SocketChannel channel = SocketChannel.open(address)) {
            channel.write(ByteBuffer.wrap((head + message).getBytes(StandardCharsets.UTF_8)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String shell(Path folder, String script) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(said).isZero();
        return said;
    }
}
