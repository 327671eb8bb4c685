package dev.trainyard.cli;

import static dev.trainyard.cli.LogsTest.log;
import static dev.trainyard.cli.LogsTest.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubmitTest {

    private static final String ID = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}";

    private static final String FOLLOWED = "GET /jobs/*/log?follow=true";

    @TempDir
    Path folder;

    private final FakeServer server = new FakeServer();
    private final Cli cli = Cli.with(server);

    @BeforeEach
    void a_compose_file() throws IOException {
        write("train.yml", """
                services:
                  train:
                    image: vision/mnist:${TAG}
                    command: [python, main.py]
                """);
        write(".env", "TAG=2\n");
        server.answers("POST /jobs", 202, "{\"jobId\":\"x\",\"state\":\"PUBLISHED\"}");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void retry_rules_for_exit_codes_take_precedence_over_causes() {
        assertThat(submit(
                                "-d",
                                "--max-attempts",
                                "3",
                                "--retry-on",
                                "out-of-memory,75",
                                "--retry-on",
                                "TIME_LIMIT",
                                "--fail-on",
                                "PROGRAM_ERROR,2")
                        .exitCode())
                .isZero();

        assertThat(message().retry().rules())
                .containsExactly(
                        new RetryPolicy.OnExitCode(List.of(75), RetryPolicy.Action.RETRY),
                        new RetryPolicy.OnExitCode(List.of(2), RetryPolicy.Action.FAIL),
                        new RetryPolicy.OnCause(
                                List.of(Cause.OUT_OF_MEMORY, Cause.TIME_LIMIT), RetryPolicy.Action.RETRY),
                        new RetryPolicy.OnCause(List.of(Cause.PROGRAM_ERROR), RetryPolicy.Action.FAIL));
        assertThat(refusal("--retry-on", "OUT_OF_MEMRY", "--max-attempts", "2"))
                .startsWith(
                        "error: --retry-on: 'OUT_OF_MEMRY' is neither an exit code nor a cause. Did you mean OUT_OF_MEMORY? Allowed causes: PROGRAM_ERROR, ");
        assertThat(refusal("--fail-on", "HOST_LOST")).contains("rules cannot contain the cause HOST_LOST");
        assertThat(refusal("--fail-on", "0")).contains("1 to 255");
        assertThat(refusal("--retry-on", ",", "--max-attempts", "2"))
                .contains("'' is neither an exit code nor a cause");
        assertThat(refusal("--fail-on", "3,")).contains("'' is neither an exit code nor a cause");
        assertThat(refusal("--fail-on", "gpu-out-of-memory"))
                .contains("attempts no longer end with the cause GPU_OUT_OF_MEMORY", "PROGRAM_ERROR, or its exit code");
        assertThat(refusal("--fail-on", "HOST_LOST")).doesNotContain("GPU_OUT_OF_MEMORY");
        assertThat(refusal("--fail-on", "3", "--retry-on", "3", "--max-attempts", "2"))
                .contains("3 is in both --retry-on and --fail-on");
        assertThat(refusal("--retry-on", "3")).contains("Add --max-attempts N");
    }

    private String refusal(String... options) {
        Result result = submit(options);
        assertThat(result.exitCode()).isEqualTo(64);
        return result.err();
    }

    @Test
    void with_detach_it_prints_only_the_id_of_the_job() {
        Result result = submit("-d", "--param", "epochs=3");

        assertThat(result.exitCode()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).matches(ID + "\n");
        Request.Submit message = message();
        assertThat(message.jobId()).hasToString(result.out().strip());
        assertThat(message.image()).isEqualTo(new ImageSource.Reference("vision/mnist:2", ImageSource.Pull.MISSING));
        assertThat(message.run().program().command()).containsExactly("python", "main.py", "--epochs", "3");
        assertThat(message.submittedBy()).isEqualTo("ada");
        assertThat(message.submittedAt()).isEqualTo(Cli.NOW);
        assertThat(server.lines()).containsExactly("POST /jobs");
    }

    @Test
    void every_option_is_in_the_message() {
        submit(
                "-d",
                "--name",
                "mine",
                "--team",
                "vision",
                "--priority",
                "700",
                "--time-limit",
                "8h",
                "--grace-period",
                "PT30S",
                "--max-attempts",
                "3",
                "--backoff",
                "1m",
                "--label",
                "a=1",
                "--label",
                "b=2",
                "--not-before",
                "2026-11-25T00:00:00+01:00");

        assertThat(server.received().getFirst().body())
                .contains(
                        "\"name\":\"mine\"",
                        "\"team\":\"vision\"",
                        "\"priority\":700",
                        "\"timeLimit\":\"PT8H\"",
                        "\"gracePeriod\":\"PT30S\"")
                .contains("\"retry\":{\"maxAttempts\":3,\"backoff\":\"PT1M\"}", "\"labels\":{\"a\":\"1\",\"b\":\"2\"}")
                .contains("\"notBefore\":\"2026-11-24T23:00:00Z\"");
    }

    @Test
    void parameters_of_a_file_come_first_and_the_command_line_overrides_them() throws IOException {
        write("params.yml", "lr: 1e-3\nbs: 064\nflag: true\nname: \"a b\"\n");

        submit("-d", "--params", folder.resolve("params.yml").toString(), "--param", "bs=32", "--param", "x=");

        assertThat(message().run().program().command())
                .containsExactly(
                        "python", "main.py", "--lr", "1e-3", "--flag", "true", "--name", "a b", "--bs", "32", "--x",
                        "");
    }

    @Test
    void a_parameter_file_can_be_json() throws IOException {
        write("params.json", "{\"lr\": 0.10, \"epochs\": 3}");

        submit("-d", "--params", folder.resolve("params.json").toString());

        assertThat(message().run().program().command())
                .containsExactly("python", "main.py", "--lr", "0.10", "--epochs", "3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "lr: [1, 2]|:1:1: 'lr' is not a single value but a sequence",
                "lr:|:1:1: 'lr' has no value",
                "- lr|:1:1: the file is not a mapping of names to values",
                "\"\"|: the file is not a mapping of names to values",
                "a b: 1|:1:1: 'a b' is not a valid parameter name",
                "{a: 1|:1:6: "
            })
    void a_file_without_parameters_is_refused(String content, String why) throws IOException {
        Path file = write("params.yml", content);

        assertThat(submit("-d", "--params", file.toString()).err())
                .startsWith("error: %s%s".formatted(file, why))
                .doesNotContain("holds no parameters");
    }

    @Test
    void all_problems_of_a_parameter_file_are_reported_with_their_lines() throws IOException {
        Path file = write("params.yml", "lr: 0.1\nn:\nbs: []\n");

        assertThat(submit("-d", "--params", file.toString()).err())
                .contains(file + ":2:1: 'n' has no value", file + ":3:1: 'bs' is not a single value");
    }

    @Test
    void an_attached_command_shows_the_log_and_exits_with_the_containers_exit_code() {
        server.streams(
                FOLLOWED,
                state("{\"state\":\"QUEUED\",\"waitingBecause\":\"no free GPU\"}")
                        + log(1, 1, "CONTAINER", "epoch 1\\n")
                        + end(
                                "{\"state\":\"FAILED\",\"reason\":\"PROGRAM_ERROR: exit code 3\",\"attempt\":{\"exitCode\":3}}"));

        Result result = submit();

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out()).isEqualTo("epoch 1\n");
        assertThat(result.err()).matches("""
                trainyard: job ID \\(train\\) is submitted
                trainyard: waiting: no free GPU
                trainyard: failed: PROGRAM_ERROR: exit code 3
                """.replace("ID", ID));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"state\":\"SUCCEEDED\",\"attempt\":{\"exitCode\":0}}|0|succeeded. To list its outputs: trainyard outputs",
                "{\"state\":\"FAILED\",\"reason\":\"IMAGE_BUILD_FAILED\",\"attempt\":{\"exitCode\":null}}|1|failed: IMAGE_BUILD_FAILED",
                "{\"state\":\"FAILED\",\"reason\":\"TIME_LIMIT\",\"attempt\":{\"exitCode\":143}}|143|failed: TIME_LIMIT",
                "{\"state\":\"CANCELLED\",\"attempt\":null}|1|cancelled",
                "{\"state\":\"CANCELLED\",\"attempt\":{\"exitCode\":0}}|1|cancelled",
                "{\"state\":\"FAILED\",\"reason\":\"START_FAILED\",\"attempt\":{\"cause\":\"START_FAILED\",\"startRefusal\":\"NO_SUCH_PROGRAM\"}}|127|failed",
                "{\"state\":\"FAILED\",\"reason\":\"START_FAILED\",\"attempt\":{\"cause\":\"START_FAILED\",\"startRefusal\":\"NOT_EXECUTABLE\"}}|126|failed",
                "{\"state\":\"FAILED\",\"reason\":\"START_FAILED\",\"attempt\":{\"cause\":\"START_FAILED\",\"startRefusal\":\"NO_COMMAND\"}}|125|failed",
                "{\"state\":\"FAILED\",\"reason\":\"START_FAILED\",\"attempt\":{\"cause\":\"START_FAILED\",\"startRefusal\":\"of a later release\"}}|125|failed",
                "{\"state\":\"FAILED\",\"reason\":\"PORT_IN_USE\",\"attempt\":{\"cause\":\"PORT_IN_USE\",\"startRefusal\":\"PORT_TAKEN\"}}|125|failed",
                "{\"state\":\"REJECTED\",\"reason\":\"other content\"}|64|rejected: other content"
            })
    void the_exit_code_follows_from_the_jobs_end(String end, int exitCode, String said) {
        server.streams(FOLLOWED, end(end));

        Result result = submit();

        assertThat(result.exitCode()).isEqualTo(exitCode);
        assertThat(result.err()).contains("trainyard: " + said);
    }

    @Test
    void a_held_job_ends_the_submit_with_its_reason_and_a_remedy() {
        server.streams(
                FOLLOWED,
                state("{\"jobId\":\"J\",\"state\":\"HELD\",\"reason\":\"MOUNT_MISSING: /data is not there.\"}")
                        + FakeServer.SILENCE);

        Result result = submit();

        assertThat(result.exitCode()).isEqualTo(75);
        assertThat(result.err())
                .endsWith(
                        "trainyard: held: MOUNT_MISSING: /data is not there. To let it start again: trainyard release J. To cancel it: trainyard cancel J\n");
    }

    @Test
    void a_server_that_does_not_know_the_new_job_yet_is_asked_again() {
        server.answers(FOLLOWED, 404, "{\"detail\":\"Not yet.\"}");
        server.streams(FOLLOWED, end("{\"state\":\"SUCCEEDED\"}"));

        assertThat(submit().exitCode()).isZero();
    }

    @Test
    void a_lost_server_leaves_the_job_and_says_how_to_follow_it() {
        server.streams(FOLLOWED, log(1, 1, "CONTAINER", "a\\n")).answers(FOLLOWED, 503, "{}");

        Result result = submit();

        assertThat(result.exitCode()).isEqualTo(69);
        assertThat(result.err())
                .containsPattern(
                        "continues. To follow it: trainyard logs -f " + ID + ". To cancel it: trainyard cancel " + ID);
    }

    @Test
    void a_context_is_uploaded_only_if_the_server_lacks_it() throws IOException {
        Path file = write(
                "build.yml",
                "services: {train: {image: 'vision/mnist:7', build: {context: ctx, args: {A: b}, target: t}}}");
        write("ctx/Dockerfile", "FROM scratch\n");
        server.answers("HEAD /sources/sha256:*", 404, "")
                .answers("HEAD /sources/sha256:*", 200, "")
                .answers("PUT /sources/sha256:*", 201, "");

        assertThat(cli.run("submit", "-d", file.toString()).err()).isEmpty();
        assertThat(cli.run("submit", "-d", file.toString()).exitCode()).isZero();

        String digest = ((ImageSource.Build) message().image()).source();
        assertThat(server.lines())
                .containsExactly(
                        "HEAD /sources/" + digest,
                        "PUT /sources/" + digest,
                        "POST /jobs",
                        "HEAD /sources/" + digest,
                        "POST /jobs");
        assertThat(server.received().get(1).body()).startsWith("Dockerfile").hasSize(2048);
        assertThat(message().image())
                .isEqualTo(new ImageSource.Build(digest, "Dockerfile", Map.of("A", "b"), "t", "vision/mnist:7"));
    }

    @Test
    void an_inline_dockerfile_is_uploaded_in_the_context() throws IOException {
        Path file = write("inline.yml", "services: {train: {build: {context: ctx, dockerfile_inline: FROM scratch}}}");
        write("ctx/main.py", "print(1)");
        server.answers("HEAD /sources/sha256:*", 404, "").answers("PUT /sources/sha256:*", 201, "");

        assertThat(cli.run("submit", "-d", file.toString()).err()).isEmpty();

        assertThat(server.received().get(1).body())
                .startsWith(".compose.Dockerfile")
                .contains("FROM scratch", "print(1)");
        assertThat(message().image())
                .isInstanceOfSatisfying(
                        ImageSource.Build.class,
                        build -> assertThat(build.dockerfile()).isEqualTo(".compose.Dockerfile"));
    }

    @Test
    void a_large_upload_is_announced() throws IOException {
        write("Dockerfile", "FROM scratch\n");
        Files.write(folder.resolve("weights"), new byte[9 << 20]);
        server.answers("HEAD /sources/sha256:*", 404, "").answers("PUT /sources/sha256:*", 201, "");
        Path file = write("build.yml", "services: {train: {build: .}}");

        assertThat(cli.run("submit", "-d", file.toString()).err())
                .isEqualTo("trainyard: uploading the source, 9.0 MiB\n");
    }

    @Test
    void a_source_builds_the_image_that_the_file_names() throws IOException {
        write("Dockerfile", "FROM scratch\nADD digits.tar /\n");
        write("code/main.py", "print(1)");
        server.answers("HEAD /sources/sha256:*", 200, "");

        assertThat(submit("-d", "--source", folder.resolve("code").toString()).err())
                .isEmpty();

        assertThat(message().image()).isInstanceOfSatisfying(ImageSource.Build.class, build -> {
            assertThat(build.tag()).isEqualTo("vision/mnist:2");
            assertThat(build.dockerfile()).isEqualTo("Dockerfile");
        });
    }

    @Test
    void later_files_override_earlier_ones_and_paths_are_relative_to_the_first() throws IOException {
        write("train.env", "A=beside the first\n");
        Path over = write("gpu/over.yml", """
                services:
                  train:
                    extends: {file: gpu/common.yml, service: base}
                    env_file: train.env
                    gpus: all
                """);
        write("gpu/common.yml", "services: {base: {environment: {B: common}, env_file: common.env}}");
        write("gpu/common.env", "C=beside the common one\n");

        assertThat(submit(over.toString(), "-d").err()).isEmpty();

        assertThat(message().image()).isEqualTo(new ImageSource.Reference("vision/mnist:2", ImageSource.Pull.MISSING));
        assertThat(message().gpus()).isEqualTo(new Gpus.All(null, null));
        assertThat(message().run().program().environment())
                .isEqualTo(Map.of("A", "beside the first", "B", "common", "C", "beside the common one"));
    }

    @Test
    void a_problem_in_a_later_file_is_shown_with_its_name() throws IOException {
        Path over = write("over.yml", "services: {train: {shm_sise: 8gb}}");

        Result result = submit(over.toString());

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err()).contains("\n  %s:1:20 services.train.shm_sise: ".formatted(over));
    }

    @Test
    void a_missing_file_argument_is_a_usage_error() {
        assertThat(cli.run("submit", "-d").exitCode()).isEqualTo(64);
    }

    @Test
    void a_broken_archive_is_refused_before_anything_is_sent() throws IOException {
        write("Dockerfile", "FROM scratch\n");
        Path broken = write("digits.tar", "not a tar".repeat(200));

        Result result = submit("-d", "--source", broken.toString());

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err()).startsWith("error: %s is not a readable tar archive: ".formatted(broken));
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void if_source_and_dockerfile_are_missing_the_source_is_named_first() throws IOException {
        Path nothere = folder.resolve("nothere");
        Path broken = write("broken.tar", "not a tar".repeat(200));
        String noDockerfile = "\n  %s cannot be read (there is no such file).".formatted(folder.resolve("Dockerfile"));

        Result missing = submit("-d", "--source", nothere.toString());
        Result wrong = submit("-d", "--source", broken.toString());

        assertThat(missing.exitCode()).isEqualTo(66);
        assertThat(missing.err())
                .startsWith("error: %s cannot be read (there is no such file). Check --source.".formatted(nothere))
                .contains(noDockerfile);
        assertThat(wrong.exitCode()).isEqualTo(64);
        assertThat(wrong.err())
                .startsWith("error: %s is not a readable tar archive: ".formatted(broken))
                .contains(noDockerfile);
    }

    @Test
    void a_folder_is_refused_and_its_compose_file_is_suggested() throws IOException {
        Path inside = write("package/docker-compose.yml", "services: {}");

        assertThat(cli.run("submit", inside.getParent().toString()))
                .isEqualTo(new Result(
                        64,
                        "",
                        "error: %s is a folder. Give the compose file: %s.\n".formatted(inside.getParent(), inside)));
        assertThat(cli.run("submit", write("empty/x", "").getParent().toString())
                        .err())
                .endsWith(
                        " is a folder. Give the path of a compose file. The folder does not contain a compose file with a usual name.\n");
    }

    @Test
    void problems_of_the_file_are_shown_with_line_and_column() throws IOException {
        Path file = write("bad.yml", "services:\n  train:\n    imagee: x\n");

        Result result = cli.run("submit", file.toString());

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err()).startsWith("error: %s cannot become a training:\n  %s:".formatted(file, file));
    }

    @Test
    void a_missing_file_is_named_with_its_full_path() {
        assertThat(cli.run("submit", "nowhere/train.yml"))
                .isEqualTo(new Result(
                        66,
                        "",
                        "error: %s does not exist. Give the path of a compose file.\n"
                                .formatted(Path.of("nowhere/train.yml").toAbsolutePath())));
    }

    @Test
    void invalid_times_are_refused_with_examples() {
        assertThat(submit("--time-limit", "soon").err())
                .startsWith(
                        "error: Invalid value for option '--time-limit': 'soon' is not a duration such as 90s, 1h30m or PT30M.");
        assertThat(submit("--not-before", "tomorrow").err())
                .startsWith(
                        "error: Invalid value for option '--not-before': 'tomorrow' is not a time such as 2026-11-24T18:00:00Z");
        assertThat(submit("--param", "lr").err())
                .startsWith("error: Invalid value for option '--param' (NAME=VALUE): 'lr' is not a parameter");
    }

    @Test
    void if_kafka_is_unreachable_the_exit_code_means_try_again_later() {
        FakeServer away = new FakeServer();
        try (away) {
            away.answers("POST /jobs", 503, "{\"detail\":\"Kafka at 127.0.0.1:9092 does not answer. Try again.\"}");

            assertThat(Cli.with(away)
                            .run("submit", "-d", folder.resolve("train.yml").toString()))
                    .satisfies(result -> {
                        assertThat(result.exitCode()).isEqualTo(75);
                        assertThat(result.out()).isEmpty();
                        // It is unknown whether the request was published: submitting it again may train twice.
                        assertThat(result.err())
                                .matches(
                                        "(?s)error: Kafka at 127.0.0.1:9092 does not answer. Try again.\n.*as job (ID)\\. .*trainyard show \\1\n"
                                                .replace("ID", ID));
                    });
        }
    }

    @Test
    void a_dry_run_prints_the_message_and_the_docker_run_line_without_a_server() {
        Result result = submit("--dry-run", "--param", "epochs=3");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out().replaceAll(ID, "ID")).isEqualTo("""
                {
                  "schema" : "trainyard.request/v1",
                  "kind" : "submit",
                  "jobId" : "ID",
                  "name" : "train",
                  "submittedBy" : "ada",
                  "submittedAt" : "2026-11-24T08:15:30Z",
                  "priority" : 500,
                  "image" : {
                    "reference" : "vision/mnist:2"
                  },
                  "run" : {
                    "command" : [ "python", "main.py", "--epochs", "3" ],
                    "outputs" : {
                      "target" : "/outputs"
                    }
                  },
                  "retry" : {
                    "maxAttempts" : 1,
                    "backoff" : "PT10S"
                  },
                  "gracePeriod" : "PT10S"
                }

                docker run --name train --env NVIDIA_VISIBLE_DEVICES=void --volume '<managed outputs>:/outputs' --stop-timeout 10 vision/mnist:2 python main.py --epochs 3
                """);
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void a_dry_run_hides_values_and_the_server_would_refuse_its_masked_message() throws IOException {
        write("train.yml", """
                services:
                  train:
                    build:
                      context: .
                      args: {PIP_TOKEN: hunter1}
                    environment: {DB_PASS: hunter2, DATABASE_URL: "postgres://u:hunter3@h/d", MAX_TOKENS: "8192"}
                    labels: {at: "https://ada:hunter4@h/x"}
                """);
        write("Dockerfile", "FROM scratch\n");

        Result result = submit("--dry-run", "--public-env", "MAX_TOKENS", "--public-env", "DATABASE_URL");

        assertThat(result.out())
                .doesNotContain("hunter")
                .contains(
                        "\"DB_PASS\" : null",
                        "\"PIP_TOKEN\" : null",
                        "\"DATABASE_URL\" : \"postgres://***@h/d\"",
                        "\"MAX_TOKENS\" : \"8192\"",
                        "\"masked\" : true")
                .containsPattern("\ndocker build --file Dockerfile --build-arg PIP_TOKEN --tag .*\ndocker run ")
                .contains(" --env DB_PASS --env 'DATABASE_URL=postgres://***@h/d' --env MAX_TOKENS=8192 ");
        assertThat(result.err()).contains("--public-env NAME", "<managed outputs>", "<packed context>");
        byte[] printed = result.out().substring(0, result.out().indexOf("\n\n")).getBytes(UTF_8);
        assertThatThrownBy(() -> RequestCodec.decode(printed))
                .hasMessageContaining("$.run.environment.DATABASE_URL")
                .hasMessageContaining("$.masked");
    }

    @Test
    void a_dry_run_reports_what_the_server_would_refuse() {
        Result result = submit("--dry-run", "--priority", "7000");

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err()).startsWith("error: --priority: 7000 is not between 0 and 1000");
    }

    @Test
    void a_refusal_of_the_server_names_the_option() {
        try (FakeServer refusing = new FakeServer()) {
            refusing.answers(
                    "POST /jobs",
                    400,
                    "{\"detail\":\"it has 1 problem\",\"problems\":[{\"path\":\"$.timeLimit\",\"message\":\"is too long\"}]}");
            cli.environment("TRAINYARD_SERVER", refusing.address());

            assertThat(submit("-d").err()).isEqualTo("error: it has 1 problem\n  --time-limit: is too long\n");
        }
    }

    @Test
    void compose_prints_the_file_with_the_parameters_in_it() throws IOException {
        Path file = write("draft.yml", "# mine\nservices:\n  train:\n    command: [python, main.py]\n    image: x\n");

        assertThat(cli.run("compose", file.toString(), "--param", "lr=0.1"))
                .isEqualTo(new Result(
                        0,
                        "# mine\nservices:\n  train:\n    command: [python, main.py, \"--lr\", \"0.1\"]\n    image: x\n",
                        ""));
    }

    @Test
    void compose_fills_the_named_service_of_several() throws IOException {
        String text = "services:\n  a: {image: x, command: [a]}\n  b: {image: x, command: [b]}\n";
        Path file = write("two.yml", text);

        assertThat(cli.run("compose", file.toString(), "--param", "lr=1", "--service", "b")
                        .out())
                .isEqualTo(text.replace("[b]", "[b, \"--lr\", \"1\"]"));
        assertThat(cli.run("compose", file.toString(), "--param", "lr=1").err()).contains("Name the one that trains");
    }

    @Test
    void a_compose_file_cannot_be_standard_input() {
        Result result = cli.run("submit", "-");

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err()).contains("cannot be read from standard input");
    }

    private Result submit(String... more) {
        List<String> args =
                new ArrayList<>(List.of("submit", folder.resolve("train.yml").toString()));
        args.addAll(List.of(more));
        return cli.run(args.toArray(String[]::new));
    }

    private static String end(String job) {
        return "event: end\ndata: " + job + "\n\n";
    }

    private Request.Submit message() {
        String body = server.received().stream()
                .filter(each -> each.line().equals("POST /jobs"))
                .findFirst()
                .orElseThrow()
                .body();
        return (Request.Submit) RequestCodec.decode(body.getBytes(StandardCharsets.UTF_8));
    }

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void a_relative_folder_needs_a_server_with_a_socket_on_this_machine_and_the_refusal_says_what_is_missing()
            throws IOException {
        write("relative.yml", """
                services:
                  train: {image: busybox, volumes: ["./data:/data"]}
                """);
        Path other = folder.resolve("other.sock");

        server.answers("GET /info", 200, "{\"kafka\":\"127.0.0.1:1\",\"socket\":null}");
        server.answers("GET /info", 200, "{\"kafka\":\"127.0.0.1:1\",\"socket\":\"%s\"}".formatted(other));
        assertThat(submitRelative().err())
                .contains("the relative source './data' cannot be mounted", "mounts no folders of its machine");
        assertThat(submitRelative().err()).contains("this account cannot use the socket " + other);
        try (ServerSocketChannel another = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            another.bind(UnixDomainSocketAddress.of(other));
            Thread.startVirtualThread(() -> answer(
                    another, "HTTP/1.1 200 \r\n\r\n{\"kafka\":\"127.0.0.1:2\",\"socket\":\"%s\"}".formatted(other)));
            assertThat(submitRelative().err()).contains("is on another machine");
        }
        assertThat(Cli.with(server)
                        .environment("TRAINYARD_SERVER", "http://gpu-7:8700")
                        .run("submit", folder.resolve("relative.yml").toString())
                        .err())
                .contains("the server http://gpu-7:8700 is on another machine");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    private Result submitRelative() {
        Result result = cli.run("submit", folder.resolve("relative.yml").toString());
        assertThat(result.exitCode()).isEqualTo(64);
        return result;
    }

    private static void answer(ServerSocketChannel socket, String text) {
        try (SocketChannel caller = socket.accept()) {
            caller.read(ByteBuffer.allocate(1000));
            caller.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
