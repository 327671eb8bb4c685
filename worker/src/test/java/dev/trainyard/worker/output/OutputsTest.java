package dev.trainyard.worker.output;

import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.training.RunSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputsTest {

    private static final JobId JOB = new JobId(UUID.randomUUID());
    private static final AttemptId FIRST = new AttemptId(UUID.randomUUID());
    private static final AttemptId SECOND = new AttemptId(UUID.randomUUID());
    private static final RunSpec RUN = aRequest().build().run();

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path root;

    @SuppressWarnings("NullAway.Init")
    private Outputs outputs;

    @BeforeEach
    void root() {
        root = folder.resolve("managed");
        outputs = new Outputs(root, "gpu-1");
    }

    @Test
    void each_attempt_has_a_folder_of_its_own_below_one_that_is_closed_to_others() throws IOException {
        Path first = outputs.makeManaged(JOB, 1, FIRST, RUN);
        Path second = outputs.makeManaged(JOB, 2, SECOND, RUN);

        assertThat(first).isEqualTo(root.resolve(JOB + "/1")).isDirectory();
        assertThat(second).isEqualTo(root.resolve(JOB + "/2")).isDirectory();
        assertThat(outputs.place(JOB, 2, RUN)).isEqualTo(second);
        assertThat(outputs.uri(first)).hasToString("file://gpu-1" + first);
        assertThat(mode(root)).isEqualTo("rwx------");
    }

    @Test
    void an_attempt_that_is_prepared_again_goes_on_with_the_folder_that_it_made() throws IOException {
        Files.writeString(outputs.makeManaged(JOB, 1, FIRST, RUN).resolve("model.pt"), "x");
        assertThat(outputs.makeManaged(JOB, 1, FIRST, RUN).resolve("model.pt")).hasContent("x");

        // Killed between the mark and the folder.
        Files.delete(root.resolve(JOB + "/1/model.pt"));
        Files.delete(root.resolve(JOB + "/1"));
        assertThat(outputs.makeManaged(JOB, 1, FIRST, RUN)).isEmptyDirectory();
    }

    @Test
    void a_folder_within_the_attempts_is_made_for_everybody_and_found_again() throws IOException {
        Path managed = outputs.makeManaged(JOB, 1, FIRST, RUN);

        outputs.makeWithin(JOB, 1, Path.of("a/b"), RUN);
        Files.writeString(managed.resolve("a/b/model.pt"), "x");
        outputs.makeWithin(JOB, 1, Path.of("a/b"), RUN);

        assertThat(managed.resolve("a/b/model.pt")).hasContent("x");
        assertThat(mode(managed.resolve("a/b"))).isEqualTo("rwxrwxrwx");
    }

    @Test
    void no_link_within_the_attempts_folder_is_followed() throws IOException {
        Path managed = outputs.makeManaged(JOB, 1, FIRST, RUN);
        Path target = Files.createDirectory(folder.resolve("target"));
        Files.createSymbolicLink(managed.resolve("a"), target);

        assertThatThrownBy(() -> outputs.makeWithin(JOB, 1, Path.of("a/b"), RUN))
                .isInstanceOf(IOException.class);
        assertThat(target).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ln -s $TARGET 2", "ln -s nowhere 2", "mkdir 2", "mkfifo 2", "touch 2", "ln -s 1 2"})
    void what_an_attempt_has_not_made_it_does_not_take_for_its_folder(String script) throws Exception {
        Path target = Files.createDirectory(folder.resolve("target"));
        Path first = outputs.makeManaged(JOB, 1, FIRST, RUN);
        assertThat(new ProcessBuilder("sh", "-c", script.replace("$TARGET", target.toString()))
                        .directory(first.getParent().toFile())
                        .start()
                        .waitFor())
                .isZero();

        assertThatThrownBy(() -> outputs.makeManaged(JOB, 2, SECOND, RUN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(root.resolve(JOB + "/2").toString())
                .hasMessageContaining("not created for this attempt. Move it away (mv ");
    }

    @Test
    void a_link_in_the_place_of_a_folder_that_was_made_is_not_followed() throws IOException {
        Path target = Files.createDirectory(folder.resolve("target"));
        Path made = outputs.makeManaged(JOB, 1, FIRST, RUN);
        Files.move(made, made.resolveSibling("old"));
        Files.createSymbolicLink(made, target);

        assertThatThrownBy(() -> outputs.makeManaged(JOB, 1, FIRST, RUN)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> outputs.openManaged(JOB, 1)).isInstanceOf(IOException.class);

        Files.delete(made);
        Files.move(root.resolve(JOB.toString()), folder.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve(JOB.toString()), folder.resolve("elsewhere"));
        assertThatThrownBy(() -> outputs.makeManaged(JOB, 2, SECOND, RUN)).isInstanceOf(IOException.class);
        assertThat(folder.resolve("elsewhere/2")).doesNotExist();
    }

    @Test
    void a_container_with_a_user_of_its_own_can_write() throws IOException {
        Path place = outputs.makeManaged(
                JOB, 1, FIRST, aRequest().user("1000").build().run());

        assertThat(mode(place)).isEqualTo("rwxrwxrwx");
    }

    @Test
    void a_named_place_is_made_in_the_folder_that_the_policy_allows_and_one_that_is_there_stays_as_it_is()
            throws IOException {
        RunSpec run = aRequest().user("1000").build().run();
        Path allowed = folder.resolve("logs");
        Outputs.makeNamed(allowed, allowed.resolve("team/run-7"), run);
        Path there = Files.createDirectory(
                allowed.resolve("there"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        Outputs.makeNamed(allowed, there, run);
        Outputs.makeNamed(allowed, allowed, run);

        assertThat(mode(allowed)).isEqualTo("rwx------");
        assertThat(mode(allowed.resolve("team/run-7"))).isEqualTo("rwxrwxrwx");
        assertThat(mode(there)).isEqualTo("rwxr-x---");
        try (Stream<Path> left = Files.list(allowed)) {
            assertThat(left).containsExactlyInAnyOrder(allowed.resolve("team"), there);
        }
        try (OpenFolder open = Outputs.openNamed(allowed, allowed)) {
            assertThat(open.names()).hasSize(2);
        }
    }

    @Test
    void no_link_on_the_way_to_a_named_place_is_followed() throws IOException {
        Path allowed = Files.createDirectory(folder.resolve("logs"));
        Path target = Files.createDirectory(folder.resolve("target"));
        Files.createDirectory(target.resolve("run-7"));
        Files.createSymbolicLink(allowed.resolve("team"), target);

        assertThatThrownBy(() -> Outputs.makeNamed(allowed, allowed.resolve("team/run-8"), RUN))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Outputs.openNamed(allowed, allowed.resolve("team/run-7")))
                .isInstanceOf(IOException.class);
        assertThat(target.resolve("run-8")).doesNotExist();
    }

    @Test
    void the_log_gets_a_name_that_the_program_has_not_used_and_keeps_it() throws IOException {
        Path place = outputs.makeManaged(JOB, 1, FIRST, RUN);
        Path precious = Files.writeString(folder.resolve("precious"), "kept");
        Path programs = Files.createSymbolicLink(place.resolve("trainyard.log"), precious);
        Path ours = place.resolve("trainyard-%s.log".formatted(FIRST.shortForm()));

        writeLog(place, "first");
        assertThat(ours).hasContent("first");
        writeLog(place, "again");

        assertThat(ours).hasContent("again");
        assertThat(programs).isSymbolicLink();
        assertThat(precious).hasContent("kept");
        try (Stream<Path> files = Files.list(place)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void a_program_that_has_used_every_name_of_ours_keeps_its_files() throws IOException {
        Path place = outputs.makeManaged(JOB, 1, FIRST, RUN);
        Files.createDirectory(place.resolve("trainyard.log"));
        Files.createSymbolicLink(
                place.resolve("trainyard-%s.log".formatted(FIRST.shortForm())), folder.resolve("nowhere"));

        writeLog(place, "words");

        assertThat(place.resolve("trainyard-%s-2.log".formatted(FIRST.shortForm())))
                .hasContent("words");
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @Test
    void a_log_that_was_begun_is_begun_again_under_its_name() throws IOException {
        Path place = outputs.makeManaged(JOB, 1, FIRST, RUN);

        writeLog(place, "half");
        writeLog(place, "whole");

        assertThat(place.resolve("trainyard.log")).hasContent("whole");
        try (Stream<Path> files = Files.list(place)) {
            assertThat(files).hasSize(1);
        }
    }

    private void writeLog(Path place, String text) throws IOException {
        try (OpenFolder open = OpenFolder.at(place);
                OutputStream out = outputs.newLog(JOB, 1, FIRST, open, "trainyard")) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
