package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
