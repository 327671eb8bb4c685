package dev.trainyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.cli.terminal.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailuresTest {

    private final FakeServer server = new FakeServer();
    private final Cli cli = Cli.with(server);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void an_empty_path_is_none() {
        for (List<String> words : List.of(
                List.of("run", "--build", "", "x:1"),
                List.of("run", "--build=", "x:1"),
                List.of("run", "--source", "", "x:1"),
                List.of("submit", ""))) {
            Result result = cli.run(words.toArray(String[]::new));

            assertThat(result.exitCode()).isEqualTo(ExitCode.INVALID);
            assertThat(result.err()).contains("the path is empty, as if a variable had no value");
        }
    }

    @Test
    void wrong_arguments_are_explained_in_plain_words() {
        assertThat(cli.run("logs", "x", "--build", "--no-build").err())
                .startsWith("error: --build")
                .doesNotContain("Error");
        assertThat(cli.run("logs", "x", "--attempt", "all").err()).contains("'all' is not an integer");
    }

    @Test
    void an_argument_that_is_not_valid_utf_8_is_refused() {
        assertThat(new Cli().run("run", "-d", "-e", "A=a\ufffd", "busybox"))
                .isEqualTo(
                        new Cli.Result(
                                64,
                                "",
                                "error: argument 4 is not valid UTF-8, or the locale of this process does not support its characters. Use UTF-8, and set LC_ALL=C.UTF-8\n"));
    }

    @Test
    void an_unreachable_server_is_named_with_a_remedy() throws IOException {
        String nobody;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "http://127.0.0.1:" + free.getLocalPort();
        }

        assertThat(cli.run("--server", nobody, "jobs"))
                .isEqualTo(new Result(
                        69,
                        "",
                        "error: no server answers at %s (Connection refused). Start one with trainyard up, or choose another with --server URL, TRAINYARD_SERVER or the configuration file.\n"
                                .formatted(nobody)));
    }

    @Test
    void a_different_service_at_the_address_is_recognised() {
        server.answersText("GET /info", 200, "<html>").answersText("GET /workers", 404, "<html>");

        assertThat(cli.run("info").err())
                .isEqualTo(
                        "error: %s is not a Trainyard server: it answered with a body that is not a JSON object. Check the address in --server, TRAINYARD_SERVER or the configuration file.\n"
                                .formatted(server.address()));
        assertThat(cli.run("workers").err())
                .startsWith("error: %s is not a Trainyard server: it answered with HTTP 404 and text/html"
                        .formatted(server.address()));
        assertThat(cli.run("workers").exitCode()).isEqualTo(69);
    }

    @Test
    void an_invalid_address_is_refused() {
        for (String address : new String[] {"localhost:8700", "ftp://x", "http://", "http://a b"}) {
            assertThat(cli.run("jobs", "--server", address).err())
                    .startsWith("error: '%s' is not the address of a server.".formatted(address));
        }
    }

    @Test
    void the_http_status_decides_the_exit_code() {
        for (String[] each : new String[][] {{"404", "66"}, {"409", "64"}, {"503", "75"}, {"500", "70"}}) {
            FakeServer one = new FakeServer();
            try (one) {
                one.answers("GET /info", Integer.parseInt(each[0]), "{\"title\":\"That\",\"detail\":\"Why.\"}");

                assertThat(Cli.with(one).run("info"))
                        .isEqualTo(new Result(Integer.parseInt(each[1]), "", "error: Why.\n"));
            }
        }
    }

    @Test
    void each_problem_of_a_refusal_is_shown() {
        server.answers("GET /info", 400, """
                {"title":"Bad Request","detail":"The request is invalid.","problems":[
                  {"path":"$.name","message":"is empty","remedy":"Give one"},{"path":"$.run","message":"is missing"}]}""");

        assertThat(cli.run("info").err()).isEqualTo("""
                error: The request is invalid.
                  $.name: is empty. Give one
                  $.run: is missing
                """);
    }

    @Test
    void mistyped_words_get_a_suggestion() {
        assertThat(cli.run("jbos"))
                .isEqualTo(new Result(
                        64, "", "error: unknown command 'jbos'; did you mean jobs? See 'trainyard --help'.\n"));
        assertThat(cli.run("ps"))
                .isEqualTo(new Result(
                        64,
                        "",
                        "error: unknown command 'ps'. To list jobs: trainyard jobs. See 'trainyard --help'.\n"));
        for (String foreign : List.of(
                "ls", "stop", "kill", "rm", "status", "inspect", "exec", "kubectl", "top", "squeue", "sbatch")) {
            assertThat(cli.run(foreign, "x", "--all").err())
                    .startsWith("error: unknown command '" + foreign + "'. ")
                    .containsPattern("trainyard [a-z]+ ?");
        }
        assertThat(cli.run("jobs", "--limti", "3").err())
                .startsWith("error: unknown option '--limti'; did you mean --limit?");
        assertThat(cli.run("jobs", "--offset", "2").err())
                .startsWith("error: unknown option '--offset'; known options: --after, --by, ");
        assertThat(cli.run("jobs", "--state", ",").err()).startsWith("error: --state: no state is given.");
        for (String letter : List.of("-t", "-a", "-q")) {
            assertThat(cli.run("jobs", letter).err())
                    .startsWith("error: unknown option '" + letter + "'; known options: --after, ");
        }
        assertThat(cli.run("jobs", "--limit", "x").err()).startsWith("error: Invalid value for option '--limit'");
        assertThat(cli.run("submit", "x.yml", "--label", "x").err()).startsWith("error: Value for option '--label' ");
        assertThat(cli.run("show").err())
                .startsWith("error: Missing required parameter: 'JOB'. See 'trainyard show --help'.");
        assertThat(cli.run("--server", server.address()).err())
                .startsWith("error: A command is missing. See 'trainyard --help'.");
    }

    @Test
    void a_command_that_lacks_one_letter_leads_to_itself() {
        for (String command : Commands.NAMES) {
            for (int i = 0; command.length() > 3 && i < command.length(); i++) {
                String slip = command.substring(0, i) + command.substring(i + 1);

                assertThat(cli.run(slip).err()).as(slip).containsPattern("(mean|trainyard) " + command + "\\b");
            }
        }
        assertThat(cli.run("metrics").err()).contains("select * from history.metrics");
    }

    @Test
    void an_unknown_option_is_named_even_if_an_argument_is_missing() {
        assertThat(cli.run("show", "--jsno").err())
                .isEqualTo("error: unknown option '--jsno'; did you mean --json? See 'trainyard show --help'.\n");
        assertThat(cli.run("sql", "--x").err()).startsWith("error: unknown option '--x'; known options: --csv, ");
    }

    @Test
    void hints_name_the_program_as_it_was_called() {
        cli.environment("TRAINYARD_COMMAND", "./trainyard");

        server.answers(
                "GET /jobs?state=PUBLISHED%2CQUEUED%2CHELD%2CRUNNING%2CSUCCEEDED%2CFAILED%2CCANCELLED%2CREJECTED&name=x&limit=10",
                200, "{\"jobs\":[]}");
        assertThat(cli.run("show", "x").err()).contains(". ./trainyard jobs lists names and ids");
        assertThat(cli.run("show").err()).endsWith("See './trainyard show --help'.\n");
        server.answers("GET /jobs?limit=50", 200, "{\"jobs\":[]}");
        assertThat(cli.run("jobs").err()).isEqualTo("trainyard: no jobs yet. To submit one: ./trainyard submit FILE\n");
        String job = "0199f3a2-7b3c-7000-8000-00000000000a";
        server.answers(
                "GET /jobs/" + job + "/why", 200, "{\"state\":\"HELD\",\"text\":\"To end it: trainyard cancel J\"}");
        assertThat(cli.run("why", job).out()).isEqualTo("HELD: To end it: ./trainyard cancel J\n");
    }

    @Test
    void the_debug_variable_shows_the_stack_trace() {
        assertThat(cli.run("jobs", "--server", "x").err()).doesNotContain("\tat ");
        assertThat(cli.environment("TRAINYARD_DEBUG", "1")
                        .run("jobs", "--server", "x")
                        .err())
                .contains("\tat ");
    }

    @Test
    void every_command_has_help_with_an_example() {
        for (String command : Commands.NAMES) {
            Result result = cli.run(command, "--help");
            assertThat(result.exitCode()).isZero();
            assertThat(result.out())
                    .startsWith("Usage: trainyard " + command)
                    .contains("Example:\n  trainyard " + command);
            assertThat(cli.run("help", command)).isEqualTo(result);
        }
    }

    @Test
    void every_command_prints_the_version() {
        for (String command : Commands.NAMES) {
            assertThat(cli.run(command, "--version")).isEqualTo(new Result(0, "trainyard development\n", ""));
        }
        assertThat(cli.run("-V").out()).isEqualTo("trainyard development\n");
        assertThat(cli.run("help", "--help")).isEqualTo(cli.run("help"));
    }

    @Test
    void each_example_is_on_one_line_to_be_copied() {
        for (String command : Commands.NAMES) {
            String help = cli.run(command, "--help").out();
            assertThat(help.substring(help.indexOf("Example:\n") + "Example:\n".length())
                            .lines())
                    .as(command)
                    .allSatisfy(line -> assertThat(line).startsWith("  trainyard "));
        }
    }

    @Test
    void the_help_lists_all_commands_launcher_commands_and_exit_codes() {
        Result help = cli.run("help");

        assertThat(help.out())
                .contains(Commands.NAMES)
                .contains("demo", "up ", "worker, server", "migrate", "build ", "test", "format ")
                .contains("75    ", "76    ", "  141  ");
        assertThat(cli.run()).isEqualTo(help);
        assertThat(cli.run("--help")).isEqualTo(help);
    }
}
