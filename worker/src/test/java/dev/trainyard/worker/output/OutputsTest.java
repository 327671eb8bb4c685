package dev.trainyard.worker.output;

import static dev.trainyard.worker.container.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.RunSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputsTest {

    private static final JobId JOB = new JobId(UUID.randomUUID());

    @TempDir
    private Path folder;

    @Test
    void each_attempt_has_a_folder_of_its_own() throws IOException {
        Outputs outputs = new Outputs(folder, "gpu-1");
        RunSpec run = aRequest().build().run();

        Path first = outputs.prepare(JOB, 1, run);
        Path second = outputs.prepare(JOB, 2, run);

        assertThat(first).isEqualTo(folder.resolve(JOB + "/1")).isDirectory();
        assertThat(second).isEqualTo(folder.resolve(JOB + "/2")).isDirectory();
        assertThat(outputs.uri(first)).hasToString("file://gpu-1" + first);
    }

    @Test
    void preparing_twice_keeps_what_is_there() throws IOException {
        Outputs outputs = new Outputs(folder, "gpu-1");
        RunSpec run = aRequest().build().run();
        Files.writeString(outputs.prepare(JOB, 1, run).resolve("model.pt"), "x");

        assertThat(outputs.prepare(JOB, 1, run).resolve("model.pt")).hasContent("x");
    }

    @Test
    void a_container_with_a_user_of_its_own_can_write() throws IOException {
        Path place = new Outputs(folder, "gpu-1")
                .prepare(JOB, 1, aRequest().user("1000").build().run());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place)))
                .isEqualTo("rwxrwxrwx");
    }

    @Test
    void a_place_that_is_made_where_the_request_names_it_is_as_open_and_one_that_is_there_stays_as_it_is()
            throws IOException {
        Path there = Files.createDirectory(
                folder.resolve("there"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        for (String name : List.of("made", "there")) {
            new Outputs(folder.resolve("managed"), "gpu-1")
                    .prepare(
                            JOB,
                            1,
                            aRequest()
                                    .user("1000")
                                    .outputs(new RunSpec.Outputs(
                                            "/outputs", folder.resolve(name).toString()))
                                    .build()
                                    .run());
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("made"))))
                .isEqualTo("rwxrwxrwx");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(there)))
                .isEqualTo("rwxr-x---");
    }

    @Test
    void a_place_that_the_request_names_is_used_exactly() throws IOException {
        Path named = folder.resolve("logs/run-7");
        RunSpec run = aRequest()
                .outputs(new RunSpec.Outputs("/outputs", named + "/../run-7"))
                .build()
                .run();

        assertThat(new Outputs(folder.resolve("managed"), "gpu-1").prepare(JOB, 1, run))
                .isEqualTo(named)
                .isDirectory();
    }
}
