package dev.trainyard.cli.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli;
import dev.trainyard.cli.server.FakeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {

    @TempDir
    private Path home;

    private final FakeServer server = new FakeServer();
    private Cli cli = new Cli();

    @BeforeEach
    void home() {
        cli = new Cli().environment("HOME", home.toString());
        server.answers("POST /jobs", 202, "{\"jobId\":\"x\",\"state\":\"PUBLISHED\"}");
        server.answers("GET /workers", 200, "{\"workers\":[]}");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void configured(String yaml) throws IOException {
        Path file = home.resolve(".config/trainyard/config.yml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, yaml);
    }

    @Test
    void the_configuration_sets_server_team_and_labels() throws IOException {
        configured("server: %s\nteam: vision\nlabels: {project: digits, mine: no}\n".formatted(server.address()));

        assertThat(cli.run("run", "-d", "-l", "project=own", "busybox").exitCode())
                .isZero();

        assertThat(server.received().getFirst().body())
                .contains("\"team\":\"vision\"", "\"project\":\"own\"", "\"mine\":\"no\"");
    }

    @Test
    void options_and_variables_override_the_file() throws IOException {
        configured("server: http://127.0.0.1:1\nteam: vision\nlabels: {a: file, b: file, c: file}\n");
        cli.environment("TRAINYARD_SERVER", server.address())
                .environment("TRAINYARD_TEAM", "nlp")
                .environment("TRAINYARD_LABELS", "b=variable,c=variable");
        Path compose = Files.writeString(home.resolve("c.yml"), "services: {t: {image: busybox}}");

        assertThat(cli.run("submit", "-d", "--label", "c=option", compose.toString())
                        .exitCode())
                .isZero();
        assertThat(cli.run("submit", "-d", "--team", "audio", compose.toString())
                        .exitCode())
                .isZero();

        assertThat(server.received().getFirst().body())
                .contains("\"team\":\"nlp\"", "\"a\":\"file\"", "\"b\":\"variable\"", "\"c\":\"option\"");
        assertThat(server.received().getLast().body()).contains("\"team\":\"audio\"");
    }

    @Test
    void a_wrong_file_is_an_error_that_names_the_line_and_the_nearest_key() throws IOException {
        configured("sever: http://127.0.0.1:8700\nlabels: [a]\nteam:\n");

        assertThat(cli.run("workers").err())
                .isEqualTo(
                        "error: %1$s:1:1: unknown key 'sever'. Did you mean server?\n       %1$s:2:1: labels: is not a mapping. Write names and values, such as {project: digits}\n       %1$s:3:1: team: is not a single value. Write one. Quote an empty value\n"
                                .formatted(home.resolve(".config/trainyard/config.yml")));
        configured("server: [\n");
        assertThat(cli.run("workers").err()).contains("config.yml:2:1: not valid YAML");
        configured("a list\n");
        assertThat(cli.run("workers").err()).contains("the file is not a mapping");
        cli.environment("TRAINYARD_LABELS", "a").environment("XDG_CONFIG_HOME", "/nowhere");
        assertThat(cli.run("run", "--dry-run", "busybox").err()).contains("TRAINYARD_LABELS: 'a' is not NAME=VALUE");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                team: ~                       | 1:1: team: is not a single value
                server: NULL                  | 1:1: server: is not a single value
                labels: {d: ~}                | 1:1: label d: is not a single value
                labels: {a: 1, a: 2}        | 1:1: label a: is given twice
                labels: {'a=b': 1}          | 1:1: labels: 'a=b' is not a valid name of a label
                team: ''                    | 1:1: team: is empty
                {team: a, team: b}          | 1:11: team: is given twice
                """)
    void empty_and_repeated_keys_are_errors_with_their_line(String yaml, String fault) throws IOException {
        configured(yaml + "\n");

        assertThat(cli.run("run", "--dry-run", "busybox").err()).contains("config.yml:" + fault);
        configured("team: " + "x".repeat(101) + "\n");
        assertThat(cli.run("run", "--dry-run", "busybox").err())
                .contains("config.yml:1:1: team: is longer than 100 characters")
                .doesNotContain("--team");
    }

    @Test
    void an_unquoted_label_is_read_as_yaml_reads_it() throws IOException {
        configured("server: %s\nlabels: {a: True, b: 'True', c: no}\n".formatted(server.address()));

        assertThat(cli.run("run", "-d", "busybox").exitCode()).isZero();

        assertThat(server.received().getFirst().body()).contains("\"a\":\"true\"", "\"b\":\"True\"", "\"c\":\"no\"");
    }

    @Test
    void a_folder_or_a_broken_link_does_not_count_as_a_missing_file() throws IOException {
        Path file = home.resolve(".config/trainyard/config.yml");
        Files.createDirectories(file);
        assertThat(cli.run("workers").err()).contains("config.yml is a folder");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/nowhere"));

        assertThat(cli.run("workers").err()).contains("config.yml is a link to a file that does not exist");
    }

    @Test
    void commands_in_messages_name_the_same_server() {
        server.answers("GET /jobs?limit=50", 200, "{\"jobs\":[],\"next\":null}");
        cli.environment("TRAINYARD_COMMAND", "./trainyard");

        assertThat(cli.run("--server", server.address(), "jobs").err())
                .isEqualTo("trainyard: no jobs yet. To submit one: ./trainyard --server %s submit FILE\n"
                        .formatted(server.address()));
        assertThat(cli.run("--server", "http://127.0.0.1:1", "jobs").err())
                .contains("Start one with ./trainyard up, or");
    }
}
