package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.trainyard.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings from a draft, from the command line and from Kafka alone, through all of it to a real container. */
class DraftsTest {

    @TempDir
    private static Path directory;

    private static Yard yard;

    /** What a command printed, and how it ended. */
    private record Printed(int exitCode, String out, String err) {}

    @BeforeAll
    static void start() throws IOException {
        yard = new Yard(directory, "slots:2");
        Path draft = Files.writeString(directory.resolve("draft.yml"), """
                services:
                  train:
                    image: busybox:latest
                    command: ["sh", "-c", 'echo "args: $$*"; echo "$$*" > /outputs/args.txt; case "$$*" in *--fail*) exit 3;; esac', "train"]
                """);
        Path params = Files.writeString(directory.resolve("params.yml"), """
                lr: {type: float, required: true, max: 1}
                epochs: {type: int, default: 3}
                fail: bool
                """);
        Printed added = trainyard("drafts", "add", "tiny", draft.toString(), "--params", params.toString());
        assertThat(added).isEqualTo(new Printed(0, "tiny@1\n", ""));
    }

    @AfterAll
    static void stop() {
        yard.close();
    }

    @Test
    void a_message_that_names_a_draft_trains_by_kafka_alone() {
        UUID job = UUID.randomUUID();
        Path outputs = directory.resolve("run-7");
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","draft":"tiny",
                 "params":{"--epochs":5,"lr":"1e-3"},"outputs":{"location":"%s"}}""".formatted(job, outputs));

        yard.awaitJob(job, "SUCCEEDED");

        assertThat(yard.log(job)).isEqualTo("args: --lr 1e-3 --epochs 5\n");
        assertThat(outputs.resolve("args.txt")).hasContent("--lr 1e-3 --epochs 5");
        assertThat(yard.select(
                        "select draft, version, params ->> 'lr' as lr from history.trainings where job_id = ?", job))
                .containsExactly(Map.of("draft", "tiny", "version", 1, "lr", "1e-3"));
        assertThat(yard.value("select name from history.jobs where job_id = ?", job))
                .isEqualTo("tiny");
    }

    @Test
    void an_attached_training_shows_the_log_and_ends_with_the_containers_exit_code() {
        Printed good = trainyard("train", "tiny", "--lr", "0.1");
        Printed bad = trainyard("train", "tiny", "--lr", "0.1", "--fail");

        assertThat(good.out()).isEqualTo("args: --lr 0.1 --epochs 3\n");
        assertThat(good.exitCode()).as(good.err()).isZero();
        assertThat(bad.out()).isEqualTo("args: --lr 0.1 --epochs 3 --fail\n");
        assertThat(bad.exitCode()).as(bad.err()).isEqualTo(3);
    }

    @Test
    void parameters_that_do_not_fit_are_rejected_by_the_worker_with_every_reason() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","draft":"tiny","params":{"lr":2,"epoch":1}}""".formatted(job));

        await().atMost(Yard.SOON)
                .untilAsserted(
                        () -> assertThat(yard.select("select reason from history.rejected where job_id = ?", job))
                                .singleElement()
                                .asString()
                                .contains(
                                        "draft tiny@1: $.params.lr: '2' is out of range. Give a number up to 1.",
                                        "$.params.epoch: the draft has no parameter with this name. Did you mean 'epochs'?"));
        assertThat(yard.jobState(job)).isNull();
    }

    @Test
    void a_draft_that_is_not_there_is_rejected_by_the_worker_with_the_one_that_was_meant() {
        UUID job = UUID.randomUUID();
        yard.publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","draft":"tinny@7"}""".formatted(job));

        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(yard.value("select reason from history.rejected where job_id = ?", job))
                        .isEqualTo("there is no draft tinny@7. Did you mean tiny?"));
    }

    private static Printed trainyard(String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> args = new ArrayList<>(List.of(command));
        args.add("--server");
        args.add(yard.standalone().rest().toString());
        int exitCode = Main.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of("HOME", "/nonexistent"));
        return new Printed(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
