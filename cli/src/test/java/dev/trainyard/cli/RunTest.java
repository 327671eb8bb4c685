package dev.trainyard.cli;

import static dev.trainyard.cli.LogsTest.log;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {

    private static final String ID = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}";

    @TempDir
    Path folder;

    private final FakeServer server = new FakeServer();
    private final Cli cli = Cli.with(server);

    @BeforeEach
    void a_server() {
        server.answers("POST /jobs", 202, "{\"jobId\":\"x\",\"state\":\"PUBLISHED\"}");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void with_detach_it_prints_only_the_id_of_the_job() {
        Result result = cli.run(
                "run",
                "-d",
                "--gpus",
                "\"device=0,2\"",
                "-v",
                "/logs/resnet:/outputs",
                "vision/resnet:1",
                "--epochs",
                "3");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).matches(ID + "\n");
        Request.Submit message = message();
        assertThat(message.jobId()).hasToString(result.out().strip());
        assertThat(message.name()).isEqualTo("resnet");
        assertThat(message.image()).isEqualTo(new ImageSource.Reference("vision/resnet:1", ImageSource.Pull.MISSING));
        assertThat(message.gpus()).isEqualTo(new Gpus.Devices(List.of("0", "2")));
        assertThat(message.run().storage().outputs().location()).isEqualTo("/logs/resnet");
        assertThat(message.submittedBy()).isEqualTo("ada");
        assertThat(message.submittedAt()).isEqualTo(Cli.NOW);
    }

    @Test
    void words_after_the_image_are_passed_on_unchanged() {
        List<String> arguments = List.of(
                "--",
                "-d",
                "--help",
                "-h",
                "--server",
                "--dry-run",
                "--gpus",
                "",
                "a b",
                "\"q\"",
                "'",
                "$HOME",
                "@file",
                "ünïcødé 😀",
                "-",
                "--x=y",
                "\\n",
                "jobs");
        String[] words = new String[arguments.size() + 3];
        List.of("run", "-d", "busybox").toArray(words);
        System.arraycopy(arguments.toArray(), 0, words, 3, arguments.size());

        assertThat(cli.run(words).exitCode()).isZero();

        assertThat(message().run().program().command()).isEqualTo(arguments);
    }

    @Test
    void own_options_can_stand_between_dockers_flags() {
        Result result = cli.run(
                "run",
                "--priority",
                "700",
                "-d",
                "--team=vision",
                "--time-limit",
                "8h",
                "-eA=b",
                "--max-attempts",
                "3",
                "--backoff",
                "1m",
                "--not-before",
                "2026-11-25T00:00:00+01:00",
                "--stop-timeout",
                "30",
                "-l",
                "a=1",
                "--json",
                "busybox",
                "--priority",
                "1");

        assertThat(result.out()).isEqualTo("{\"jobId\":\"x\",\"state\":\"PUBLISHED\"}\n");
        assertThat(server.received().getFirst().body())
                .contains(
                        "\"team\":\"vision\"",
                        "\"priority\":700",
                        "\"timeLimit\":\"PT8H\"",
                        "\"gracePeriod\":\"PT30S\"",
                        "\"retry\":{\"maxAttempts\":3,\"backoff\":\"PT1M\"}",
                        "\"labels\":{\"a\":\"1\"}",
                        "\"notBefore\":\"2026-11-24T23:00:00Z\"",
                        "\"command\":[\"--priority\",\"1\"]");
    }

    @Test
    void the_server_option_can_stand_before_or_after_the_command() {
        Cli elsewhere = new Cli();

        assertThat(elsewhere
                        .run("--server", server.address(), "run", "-d", "busybox")
                        .exitCode())
                .isZero();
        assertThat(elsewhere
                        .run("run", "--server", server.address(), "-d", "busybox")
                        .exitCode())
                .isZero();
    }

    @Test
    void an_attached_command_shows_the_log_and_exits_with_the_containers_exit_code() {
        server.streams(
                "GET /jobs/*/log?follow=true",
                log(1, 1, "CONTAINER", "epoch 1\\n")
                        + "event: end\ndata: {\"state\":\"FAILED\",\"attempt\":{\"exitCode\":3}}\n\n");

        Result result = cli.run("run", "--rm", "busybox");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out()).isEqualTo("epoch 1\n");
    }

    @Test
    void a_variable_without_a_value_is_read_from_the_environment_and_hidden() {
        cli.environment("API_TOKEN", "hunter2");

        Result dry = cli.run("run", "--dry-run", "-e", "API_TOKEN", "busybox");
        cli.run("run", "-d", "-e", "API_TOKEN", "-e", "NOWHERE", "busybox");

        assertThat(dry.out()).contains("docker run ", " --env API_TOKEN ").doesNotContain("hunter2");
        assertThat(message().run().program().environment()).containsExactly(entry("API_TOKEN", "hunter2"));
    }

    @Test
    void an_env_file_is_read_as_docker_reads_it() throws IOException {
        Path file = Files.writeString(folder.resolve("train.env"), "# comment\nA=\"x\" # not a comment\nUSER\n");

        cli.run("run", "-d", "--env-file", file.toString(), "-e", "B=1", "busybox");

        assertThat(message().run().program().environment())
                .containsExactly(entry("A", "\"x\" # not a comment"), entry("USER", "ada"), entry("B", "1"));
    }

    @Test
    void all_problems_are_reported_at_once_and_no_message_is_sent() {
        Result result = cli.run("run", "-p", "http", "--cidfile", "x", "--volumn", "/a:/b", "BusyBox");

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err())
                .startsWith("error: this cannot become a training:\n  argument 1, -p: 'http' is not a port.")
                .contains(
                        "\n  argument 3, --cidfile: ",
                        "\n  argument 5, --volumn: is neither a flag of docker run nor of trainyard run. Did you mean --volume?",
                        "\n  argument 7, the image: 'BusyBox' is not valid");
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void an_invalid_value_of_an_own_option_is_refused() {
        assertThat(cli.run("run", "--time-limit", "soon", "busybox").err())
                .startsWith("error: Invalid value for option '--time-limit': 'soon' is not a duration");
    }

    @Test
    void help_lists_own_options_without_an_image() {
        for (Result help : List.of(cli.run("run", "--help"), cli.run("help", "run"))) {
            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).contains("docker run's own flags", "--dry-run", "--max-attempts", "Example:");
        }
        assertThat(cli.run("run").err()).contains("run: the image is missing. Write it after the flags");
    }

    @Test
    void the_image_is_built_from_a_folder_and_tagged_as_docker_build_does() throws IOException {
        Files.writeString(folder.resolve("Dockerfile.cpu"), "FROM scratch\n");
        server.answers("HEAD /sources/sha256:*", 200, "");

        Result result = cli.run(
                "run",
                "-d",
                "--build",
                folder.toString(),
                "-f",
                folder.resolve("Dockerfile.cpu").toString(),
                "vision/resnet:cpu",
                "--epochs",
                "3");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(message().run().program().command()).containsExactly("--epochs", "3");
        assertThat(message().image()).isInstanceOfSatisfying(ImageSource.Build.class, build -> {
            assertThat(build.tag()).isEqualTo("vision/resnet:cpu");
            assertThat(build.dockerfile()).isEqualTo("Dockerfile.cpu");
        });
    }

    @Test
    void the_dockerfile_is_found_through_links_and_outside_of_the_folder() throws IOException {
        Path context = Files.createDirectory(folder.resolve("context"));
        Path within = Files.writeString(context.resolve("Dockerfile.cpu"), "FROM scratch\n");
        Path outside = Files.writeString(folder.resolve("Dockerfile.gpu"), "FROM scratch\n");
        Path link = Files.createSymbolicLink(folder.resolve("link"), context);
        server.answers("HEAD /sources/sha256:*", 200, "");

        for (Path file : List.of(within, outside, context.resolve("../context/./Dockerfile.cpu"))) {
            Result result = cli.run("run", "-d", "--build", link.toString(), "-f", file.toString(), "vision/resnet");
            assertThat(result.exitCode()).as(result.err()).isZero();
        }

        assertThat(server.received().stream()
                        .filter(each -> each.line().equals("POST /jobs"))
                        .map(each -> ((Request.Submit)
                                        RequestCodec.decode(each.body().getBytes(StandardCharsets.UTF_8)))
                                .image())
                        .map(image -> ((ImageSource.Build) image).dockerfile()))
                .containsExactly("Dockerfile.cpu", ".compose.Dockerfile", "Dockerfile.cpu");
        assertThat(cli.run("run", "-d", "--build", link.toString(), "-f", folder + "/none", "vision/resnet")
                        .err())
                .contains(folder + "/none does not exist. Check -f.");
    }

    @Test
    void the_dockerfile_next_to_the_source_builds_the_image() throws IOException {
        Files.writeString(folder.resolve("Dockerfile"), "FROM scratch\nADD resnet.tar /\n");
        Path source = Files.createDirectory(folder.resolve("resnet"));
        Files.writeString(source.resolve("main.py"), "print(1)");
        server.answers("HEAD /sources/sha256:*", 200, "");

        Result result = cli.run("run", "-d", "--source", source.toString(), "vision/resnet");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(message().image()).isInstanceOf(ImageSource.Build.class);
    }

    @Test
    void an_image_that_cannot_be_built_is_refused_before_anything_is_sent() throws IOException {
        String there = folder.toString();
        Path file = Files.writeString(folder.resolve("source.tar"), "x");

        assertThat(cli.run("run", "-f", "Dockerfile", "busybox").err()).contains("Add --build DIR");
        assertThat(cli.run("run", "--build", there, "busybox").err())
                .contains("Dockerfile cannot be read", "-f in a docker run line");
        Path dockerfile = Files.write(folder.resolve("Dockerfile"), new byte[] {'F', (byte) 0xff});
        assertThat(cli.run("run", "--build", there, "busybox").err()).contains("Dockerfile is not UTF-8 text. Save it");
        Files.delete(dockerfile);
        assertThat(cli.run("run", "--build", file.toString(), "busybox").err()).contains("is not a folder");
        assertThat(cli.run("run", "--build", there, "busybox@sha256:" + "0".repeat(64))
                        .err())
                .contains("cannot be named by a digest");
        assertThat(server.lines()).isEmpty();
    }

    private Request.Submit message() {
        String body = server.received().stream()
                .filter(each -> each.line().equals("POST /jobs"))
                .findFirst()
                .orElseThrow()
                .body();
        return (Request.Submit) RequestCodec.decode(body.getBytes(StandardCharsets.UTF_8));
    }
}
