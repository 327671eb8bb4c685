package dev.trainyard.cli;

import static dev.trainyard.cli.LogsTest.log;
import static dev.trainyard.cli.LogsTest.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.core.request.DraftRef;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class DraftsTest {

    private static final String COMPOSE = "services:\n  train:\n    command: [python, main.py]\n    image: x\n";
    private static final String RESNET = """
            {"draft": "resnet18@3", "name": "resnet18", "version": 3, "source": null, "compose": %s, "parameters": [
              {"name": "lr", "type": "float", "required": true, "min": 0, "max": 1, "help": "learning rate"},
              {"name": "epochs", "type": "int", "required": false, "default": "3"},
              {"name": "amp", "type": "bool", "required": false}]}""".formatted(JsonMapper.shared().writeValueAsString(COMPOSE));

    @TempDir
    Path folder;

    private final FakeServer server = new FakeServer();
    private final Cli cli = Cli.with(server);

    @BeforeEach
    void a_server_with_a_draft() {
        server.answers("GET /drafts/resnet18", 200, RESNET)
                .answers("GET /drafts/resnet18@3", 200, RESNET)
                .answers("POST /jobs", 202, "{\"jobId\":\"x\",\"state\":\"PUBLISHED\"}")
                .answers("POST /drafts", 201, "{\"draft\":\"resnet18@3\",\"isNew\":true}");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void a_draft_is_added_with_its_declarations_and_its_name_is_printed() throws IOException {
        Path compose = write("draft.yml", COMPOSE);
        Path params = write("params.yml", "lr: float\n");

        Result result = cli.run("drafts", "add", "resnet18", compose.toString(), "--params", params.toString());

        assertThat(result).isEqualTo(new Result(0, "resnet18@3\n", ""));
        assertThat(JsonMapper.shared().readTree(server.received().getLast().body()))
                .isEqualTo(JsonMapper.shared()
                        .readTree("""
                        {"name": "resnet18", "compose": %s, "params": "lr: float\\n", "by": "ada"}""".formatted(JsonMapper.shared().writeValueAsString(COMPOSE))));
    }

    @Test
    void the_source_of_a_built_draft_is_uploaded_before_the_draft() throws IOException {
        Path compose = write("draft.yml", "services:\n  train:\n    command: []\n    build: .\n");
        write("Dockerfile", "FROM busybox\n");
        server.answers("HEAD /sources/sha256:*", 404, "").answers("PUT /sources/sha256:*", 201, "{}");

        Result result = cli.run("drafts", "add", "resnet18", compose.toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(server.lines().getLast()).isEqualTo("POST /drafts");
        assertThat(server.lines().get(1)).startsWith("PUT /sources/sha256:");
        assertThat(server.received().getLast().body()).containsPattern("\"source\":\"sha256:[0-9a-f]{64}\"");
    }

    @Test
    void the_client_refuses_a_bad_draft_with_all_problems_of_both_files() throws IOException {
        Path compose = write("draft.yml", "services: {train: {image: x, env_file: train.env}}\n");
        write("train.env", "A=1\n");
        Path params = write("params.yml", "lr: flaot\n");

        Result result = cli.run("drafts", "add", "resnet18", compose.toString(), "--params", params.toString());

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err())
                .contains("cannot become a draft:")
                .contains("params.yml:1:1 lr: 'flaot' is not a type. Did you mean 'float'?")
                .contains(
                        "draft.yml:1:30 services.train.env_file: names the file 'train.env', but a draft is stored without other files");
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void drafts_are_listed_shown_and_removed() {
        server.answers("GET /drafts", 200, """
                {"drafts": [{"draft": "resnet18@3", "parameters": ["lr", "epochs"], "createdAt": "2026-11-24T08:14:00Z", "createdBy": "ada"}]}""")
                .answers("DELETE /drafts/resnet18@3?by=ada", 200, "{\"removed\": [\"resnet18@3\"]}");

        assertThat(cli.run("drafts", "list").out()).isEqualTo("""
                DRAFT       PARAMETERS  ADDED     BY
                resnet18@3  lr epochs   08:14:00  ada
                """);
        assertThat(cli.run("drafts", "show", "resnet18").out()).isEqualTo("""
                resnet18@3

                PARAMETER  TYPE   VALUE                 DEFAULT     HELP
                --lr       float  a number from 0 to 1  (required)  learning rate
                --epochs   int    an integer            3
                --amp      bool   a flag

                """ + COMPOSE);
        assertThat(cli.run("drafts", "remove", "resnet18@3").out()).isEqualTo("resnet18@3 is removed\n");
    }

    @Test
    void train_sends_a_message_that_names_the_draft_with_its_version() {
        Result result = cli.run(
                "train",
                "resnet18",
                "--lr",
                "1e-3",
                "--amp",
                "--epochs=5",
                "--outputs",
                "/logs/run-7",
                "-d",
                "--priority",
                "700",
                "--time-limit",
                "8h");

        assertThat(result.exitCode()).as(result.err()).isZero();
        Request.Train train = message();
        assertThat(result.out()).isEqualTo(train.jobId() + "\n");
        assertThat(train.draft()).isEqualTo(new DraftRef("resnet18", 3));
        assertThat(train.params())
                .isEqualTo(Map.of(
                        "lr", new ParameterValue.Text("1e-3"),
                        "amp", new ParameterValue.Flag(true),
                        "epochs", new ParameterValue.Text("5")));
        assertThat(train.outputs()).isEqualTo("/logs/run-7");
        assertThat(train.priority()).isEqualTo(700);
        assertThat(train.timeLimit()).isEqualTo(Duration.ofHours(8));
        assertThat(train.submittedBy()).isEqualTo("ada");
    }

    @Test
    void parameters_on_the_command_line_override_those_of_a_file() throws IOException {
        Path params = write("values.yml", "lr: 0.1\nepochs: 7\n");

        cli.run("train", "resnet18", "-d", "--params", params.toString(), "--lr", "0.5", "--param", "amp=true");

        assertThat(message().params())
                .isEqualTo(Map.of(
                        "lr", new ParameterValue.Text("0.5"),
                        "amp", new ParameterValue.Text("true"),
                        "epochs", new ParameterValue.Text("7")));
    }

    @Test
    void an_attached_train_shows_the_log_and_exits_with_the_containers_exit_code() {
        server.streams(
                "GET /jobs/*/log?follow=true",
                state("{\"state\":\"RUNNING\"}") + log(1, 1, "CONTAINER", "epoch 1\\n")
                        + "event: end\ndata: {\"state\":\"FAILED\",\"attempt\":{\"number\":1,\"exitCode\":3}}\n\n");

        Result result = cli.run("train", "resnet18", "--lr", "0.1");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
        assertThat(result.out()).isEqualTo("epoch 1\n");
        assertThat(result.err()).contains("(resnet18@3) is submitted");
    }

    @Test
    void the_client_reports_all_invalid_parameters_at_once() {
        Result result = cli.run("train", "resnet18", "--lrr", "0.1", "--epochs", "many");

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err()).isEqualTo("""
                error: these parameters do not fit resnet18@3:
                  --lrr: the draft has no parameter with this name. Did you mean 'lr'?
                  --epochs: 'many' is not an integer. Give an integer.
                  --lr: is missing. Give a number from 0 to 1: learning rate.
                  To list its parameters: trainyard train resnet18 --help
                """);
        assertThat(server.lines()).containsExactly("GET /drafts/resnet18");
    }

    @Test
    void an_abbreviated_parameter_is_suggested_in_full() {
        assertThat(cli.run("train", "resnet18", "--lr", "0.1", "--ep", "3").err())
                .contains("--ep: the draft has no parameter with this name. Did you mean 'epochs'?");
    }

    @Test
    void a_dry_run_prints_the_message_and_the_docker_run_line_and_does_not_publish() {
        Result result = cli.run("train", "resnet18", "--lr", "0.1", "--outputs", "/logs/run-7", "--dry-run");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .contains("\"draft\" : \"resnet18@3\"")
                .contains("docker run --name resnet18 ")
                .endsWith(" x python main.py --lr 0.1 --epochs 3\n");
        assertThat(server.lines()).containsExactly("GET /drafts/resnet18");
    }

    @Test
    void an_empty_declarations_file_is_reported() throws IOException {
        Path compose = write("draft.yml", COMPOSE);
        Path params = write("params.yml", "# later\n");

        Result result = cli.run("drafts", "add", "resnet18", compose.toString(), "--params", params.toString());

        assertThat(result.err()).contains("params.yml declares no parameters: the draft accepts any parameter");
    }

    @Test
    void all_arguments_that_are_not_parameters_are_reported_at_once() {
        Result result = cli.run("train", "resnet18", "stray", "--lr", "--epochs", "1", "--epochs", "2");

        assertThat(result.exitCode()).isEqualTo(64);
        assertThat(result.err())
                .contains("'stray' is not a parameter. Write --NAME VALUE.")
                .contains("--lr has no value. Write --lr VALUE, or --lr=VALUE")
                .contains("--epochs is given twice. Give it once.");
        assertThat(cli.run("train", "resnet18", "--lr", "1", "--outputs", "logs")
                        .err())
                .contains("not an absolute path");
        assertThat(cli.run("train", "resnet18", "--lr", "1", "--param", "epochs=1", "--param", "epochs=2")
                        .err())
                .contains("epochs is given twice");
    }

    @Test
    void the_help_for_a_model_lists_its_parameters() {
        Result help = cli.run("train", "resnet18", "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .startsWith("Usage: trainyard train")
                .contains("Parameters of resnet18@3:\n")
                .contains("  --lr       float  a number from 0 to 1  (required)  learning rate\n");
        assertThat(cli.run("train", "resnet81", "--help").out())
                .contains("The parameters of resnet81 cannot be shown: ");
        assertThat(cli.run("train", "--help").out()).doesNotContain("Parameters of");
    }

    @Test
    void compose_fills_a_draft_like_a_file() {
        Result result = cli.run("compose", "resnet18", "--param", "lr=0.1");

        assertThat(result)
                .isEqualTo(new Result(
                        0, COMPOSE.replace("main.py]", "main.py, \"--lr\", \"0.1\", \"--epochs\", \"3\"]"), ""));
        assertThat(cli.run("compose", "missing.yml").err()).contains("does not exist");
    }

    @Test
    void a_mistyped_drafts_command_gets_a_suggestion() {
        assertThat(cli.run("drafts", "lsit").err()).contains("unknown command 'lsit'; did you mean list?");
        assertThat(cli.run("drafts").err()).contains("A command is missing: add, list, show or remove");
        for (String command : new String[] {"add", "list", "show", "remove"}) {
            assertThat(cli.run("drafts", command, "--help").out())
                    .startsWith("Usage: trainyard drafts " + command)
                    .contains("Example:\n  trainyard drafts " + command);
        }
    }

    private Request.Train message() {
        String body = server.received().stream()
                .filter(each -> each.line().equals("POST /jobs"))
                .findFirst()
                .orElseThrow()
                .body();
        return (Request.Train) RequestCodec.decode(body.getBytes(StandardCharsets.UTF_8));
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
