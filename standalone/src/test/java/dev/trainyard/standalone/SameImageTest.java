package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The image that a submitted folder becomes is the one that {@code docker build} makes of it, but for the times of copied files: a build context
 * of ours holds none, so that the same content is one image however often it was checked out.
 */
class SameImageTest {

    private static final String NAME = "trainyard-test/ours:1";
    private static final String OURS = "trainyard/named/" + NAME;
    private static final String THEIRS = "trainyard-test/theirs:1";

    @TempDir
    private static Path directory;

    private static Yard yard;

    @BeforeAll
    static void start() {
        yard = new Yard(directory.resolve("yard"), "slots:1");
    }

    @AfterAll
    static void stop() throws Exception {
        yard.close();
        docker("rmi", OURS, THEIRS);
    }

    @Test
    void a_submitted_folder_becomes_the_image_that_docker_build_makes_of_it_under_its_name() throws Exception {
        Path folder = packageFolder(directory.resolve("package"));

        assertThat(submit(folder.resolve("docker-compose.yml"))).isZero();
        docker("build", "--no-cache", "--build-arg", "WHO=ada", "--target", "trained", "-t", THEIRS, folder.toString());

        assertThat(config(OURS)).isEqualTo(config(THEIRS));
        assertThat(files(OURS)).containsExactlyInAnyOrderEntriesOf(files(THEIRS));
        assertThat(files(OURS))
                .containsKeys("/main.py", "/all/keep.log", "/who")
                .doesNotContainKeys("/all/drop.log", "/all/outputs");
    }

    /** What a Dockerfile of this kind can say, over what a folder can hold. */
    private static Path packageFolder(Path folder) throws Exception {
        Path source = Files.createDirectories(folder.resolve("source/src/deep/empty"));
        Files.writeString(folder.resolve("source/main.py"), "print('hello')\n");
        Files.writeString(source.resolveSibling("übung.py"), "# no more\n");
        run(
                "tar",
                "-cf",
                folder.resolve("digits.tar").toString(),
                "-C",
                folder.resolve("source").toString(),
                ".");
        Files.writeString(folder.resolve("Dockerfile"), """
                FROM busybox:latest AS trained
                ARG WHO=nobody
                ENV WHO=$WHO LIST="a b" EMPTY=
                WORKDIR /
                ADD digits.tar /
                COPY . /all
                COPY notes/*.txt /picked/
                RUN echo "$WHO" >/who && mkdir -p /var/room && chmod 700 /var/room
                LABEL purpose="same image"
                EXPOSE 5000/udp
                VOLUME /scratch
                USER 1000:100
                STOPSIGNAL SIGINT
                ENTRYPOINT ["sh", "-c"]
                CMD ["cat /who"]
                FROM trained
                RUN false
                """);
        Files.writeString(folder.resolve(".dockerignore"), "*.log\n!keep.log\noutputs/\nsource\n");
        Files.writeString(folder.resolve("keep.log"), "kept");
        Files.writeString(folder.resolve("drop.log"), "left out");
        Files.createDirectories(folder.resolve("outputs/old"));
        Files.createDirectories(folder.resolve("notes"));
        Files.writeString(folder.resolve("notes/a.txt"), "a");
        Path script = Files.writeString(folder.resolve("run me.sh"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));
        Files.setLastModifiedTime(script, FileTime.from(Instant.parse("2020-02-29T12:00:00Z")));
        Files.createSymbolicLink(folder.resolve("link"), Path.of("notes/a.txt"));
        Files.writeString(folder.resolve("docker-compose.yml"), """
                services:
                  train:
                    image: %s
                    build: {context: ., target: trained, args: {WHO: ada}}
                """.formatted(NAME));
        return folder;
    }

    private static int submit(Path composeFile) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("TRAINYARD_SERVER", yard.standalone().rest().toString());
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        int exitCode = dev.trainyard.cli.Main.run(List.of("submit", composeFile.toString()), out, out, environment);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("ada");
        return exitCode;
    }

    private static JsonNode config(String image) throws Exception {
        ObjectNode config = (ObjectNode)
                JsonMapper.shared().readTree(docker("inspect", image)).path(0).path("Config");
        // The image of the step before, which is another each time, and the container that it was made in.
        return config.remove(List.of("Image", "Hostname"));
    }

    /** Everything in the image by its path: kind, mode, owner, size, link, content, and the time of what the archive held. */
    private static Map<String, String> files(String image) throws Exception {
        String container = "same-image-" + UUID.randomUUID();
        docker("create", "--name", container, image);
        try {
            Map<String, String> files = new TreeMap<>();
            Process export = new ProcessBuilder("docker", "export", container).start();
            try (TarArchiveInputStream tar = new TarArchiveInputStream(export.getInputStream(), "UTF-8")) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    String path = "/" + entry.getName().replaceFirst("/$", "");
                    boolean ofTheContainer = path.matches(
                            "/(dev|proc|sys|scratch)(/.*)?|/\\.dockerenv|/etc/(hosts|hostname|resolv\\.conf|mtab)");
                    boolean unpacked = path.equals("/main.py") || path.startsWith("/src/");
                    if (!ofTheContainer) {
                        files.put(
                                path,
                                "%c %o %d:%d %d %s %s %s"
                                        .formatted(
                                                entry.isDirectory() ? 'd' : entry.isSymbolicLink() ? 'l' : '-',
                                                entry.getMode() & 07777,
                                                entry.getLongUserId(),
                                                entry.getLongGroupId(),
                                                entry.getSize(),
                                                entry.getLinkName(),
                                                sha256(tar),
                                                unpacked
                                                        ? entry.getLastModifiedTime()
                                                                .toInstant()
                                                                .getEpochSecond()
                                                        : "-"));
                    }
                }
            }
            return files;
        } finally {
            docker("rm", container);
        }
    }

    private static String sha256(InputStream content) throws IOException, NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content.readAllBytes()));
    }

    private static String docker(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "docker";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return run(command);
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        return output;
    }
}
