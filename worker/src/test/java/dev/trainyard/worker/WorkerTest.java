package dev.trainyard.worker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.command.ExitCode;
import dev.trainyard.db.PostgresUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerTest {

    @TempDir
    private Path folder;

    @Test
    void does_not_start_while_other_users_could_run_what_containers_leave_in_its_outputs() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path outputs = Files.createDirectory(
                folder.resolve("the outputs"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));

        assertThatThrownBy(() -> Worker.start(new WorkerSettings(
                        "127.0.0.1:1",
                        PostgresUrl.parse("postgresql://127.0.0.1:1/trainyard"),
                        "a",
                        "slots:1",
                        folder.resolve("state"),
                        outputs,
                        List.of(),
                        null,
                        null,
                        OnStop.LEAVE,
                        Map.of("DOCKER_HOST", "unix:///nowhere.sock"))))
                .hasMessageContaining("Other users of this host can enter " + outputs)
                .hasMessageEndingWith("chmod 700 '%s'".formatted(outputs))
                .asInstanceOf(InstanceOfAssertFactories.type(WorkerProblem.class))
                .returns(ExitCode.INVALID, WorkerProblem::exitCode);
    }
}
