package dev.trainyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

    @TempDir
    private Path directory;

    private final StringWriter err = new StringWriter();

    private int run(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "worker",
                "--postgres",
                "postgresql://127.0.0.1:1/none",
                "--state-dir",
                directory.resolve("state").toString()));
        args.addAll(List.of(more));
        if (!args.contains("--kafka")) {
            args.addAll(List.of("--kafka", "127.0.0.1:1"));
        }
        CommandLine command = Main.commandLine().setErr(new PrintWriter(err, true));
        command.getSubcommands().get("worker").setErr(new PrintWriter(err, true));
        return command.execute(args.toArray(String[]::new));
    }

    @Test
    void wrong_arguments_are_named_and_no_stack_is_shown() {
        assertThat(run("--run-slots", "0")).isEqualTo(64);
        assertThat(run("--run-slots", "many")).isEqualTo(64);
        assertThat(run("--devices", "foo")).isEqualTo(64);
        assertThat(run("--no-such-option")).isEqualTo(64);
        assertThat(run("--name", "gpu 1")).isEqualTo(64);
        assertThat(run("--kafka", "nonsense")).isEqualTo(64);

        assertThat(err.toString())
                .contains(
                        "--name: \"gpu 1\" is no name of a worker",
                        "such as gpu-1",
                        "--kafka: \"nonsense\" is not a Kafka address: write HOST:PORT")
                .contains("--run-slots: 0 is too few", "'many' is not an int", "--devices \"foo\"", "--no-such-option")
                .doesNotContain("\tat ");
    }

    @Test
    void a_file_that_is_missing_is_told_from_one_that_cannot_be_used() throws IOException {
        Path wrong = Files.writeString(directory.resolve("wrong.yml"), "no-such-rule: 1");
        Path missing = directory.resolve("missing.yml");

        assertThat(run("--policy", wrong.toString())).isEqualTo(64);
        assertThat(run("--policy", missing.toString())).isEqualTo(66);
        assertThat(run("--devices", "file:" + missing)).isEqualTo(66);

        assertThat(err.toString())
                .contains(
                        wrong + ":1:1",
                        "The policy %s cannot be read: there is no such file.".formatted(missing),
                        "The declared devices in %s cannot be read: there is no such file.".formatted(missing))
                .doesNotContain("\tat ", "Exception");
    }
}
