package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.worker.WorkerProblem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
    @TempDir
    Path directory;

    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine command = Main.commandLine();
        command.getSubcommands().values().forEach(each -> each.setErr(new PrintWriter(err, true)));
        return command.execute(args);
    }

    @Test
    void wrong_numbers_are_wrong_usage() {
        assertThat(run("up", "--port", "99999")).isEqualTo(64);
        assertThat(run("up", "--port", "x")).isEqualTo(64);
        assertThat(run("up", "--run-slots", "0")).isEqualTo(64);

        assertThat(err.toString())
                .contains("99999 is no port", "'x' is not an int", "--run-slots: 0 is too few", "trainyard up --help")
                .doesNotContain("\tat ");
    }

    @Test
    void the_demo_refuses_to_wait_for_a_device_that_never_comes() {
        Path state = directory.resolve("state");

        assertThat(run("demo", "--devices", "none", "--dir", state.toString())).isEqualTo(64);

        assertThat(err.toString()).contains("--devices", "slots:1");
        assertThat(state).doesNotExist();
    }

    @Test
    void an_engine_that_does_not_answer_is_found_before_anything_is_made() {
        Path state = directory.resolve("state");

        assertThatThrownBy(() -> start(state, "unix://" + directory.resolve("nothing.sock")))
                .isInstanceOfSatisfying(
                        WorkerProblem.class,
                        problem -> assertThat(problem.exitCode()).isEqualTo(69))
                .hasMessageContaining("nothing.sock");
        assertThat(state).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "ssh://x@y",
                "unix://",
                "unix://host/path",
                "tcp://host",
                "tcp://:1",
                "a b",
                "npipe:////./pipe/x"
            })
    void an_address_that_names_no_engine_is_wrong_usage(String address) {
        Path state = directory.resolve("state");

        assertThatThrownBy(() -> start(state, address))
                .isInstanceOfSatisfying(
                        WorkerProblem.class,
                        problem -> assertThat(problem.exitCode()).isEqualTo(64))
                .hasMessageContainingAll("DOCKER_HOST is '" + address + "'", "unix:///", "tcp://host:port");
        assertThat(state).doesNotExist();
    }

    @Test
    void a_password_in_an_address_is_not_repeated() {
        assertThatThrownBy(() -> start(directory.resolve("state"), "https://ada:geheim@host"))
                .hasMessageContaining("***@host")
                .hasMessageNotContaining("geheim");
    }

    private static void start(Path state, String dockerHost) {
        Standalone.start(
                        new Standalone.Settings(state, "slots:1", null, null, 0, Map.of("DOCKER_HOST", dockerHost)),
                        _ -> {})
                .close();
    }

    @Test
    void a_directory_that_cannot_be_one_is_told_in_words() {
        assertThat(run("up", "--port", "0", "--dir", "/etc/passwd")).isEqualTo(69);

        assertThat(err.toString())
                .contains("/etc/passwd exists and is not a directory", "--dir")
                .doesNotContain("Exception");
    }

    @Test
    void a_port_that_is_taken_is_found_before_anything_is_started() throws Exception {
        Path state = directory.resolve("state");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int code = run("up", "--port", Integer.toString(taken.getLocalPort()), "--dir", state.toString());

            assertThat(code).isEqualTo(69);
            assertThat(err.toString()).contains("127.0.0.1:" + taken.getLocalPort(), "--port");
            assertThat(state).doesNotExist();
        }
    }
}
