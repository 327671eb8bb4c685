package dev.trainyard.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.launch.ServiceExitCode;
import dev.trainyard.worker.docker.DockerEngine;
import dev.trainyard.worker.engine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class WorkerTest {

    @TempDir
    private Path folder;

    @Test
    void does_not_start_while_other_users_could_run_what_containers_leave_in_its_outputs() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path outputs = Files.createDirectory(
                folder.resolve("the outputs"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));

        assertThatThrownBy(() -> Worker.start(settings(outputs, null)))
                .hasMessageContaining("Other users of this host can enter " + outputs)
                .hasMessageEndingWith("chmod 700 '%s'".formatted(outputs))
                .asInstanceOf(InstanceOfAssertFactories.type(WorkerProblem.class))
                .returns(ServiceExitCode.INVALID, WorkerProblem::exitCode);
    }

    @Test
    void says_in_which_folders_of_its_policy_no_job_may_write_since_other_users_can_enter_them() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Path policy = Files.writeString(
                folder.resolve("policy.yml"), "mounts: {%s: read-write, %s: read-write}".formatted(data, closed));
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger(Worker.class);
        said.start();
        log.addAppender(said);
        try {
            assertThatThrownBy(() -> Worker.start(settings(folder.resolve("outputs"), policy)))
                    .hasMessageContaining("nowhere.sock");
        } finally {
            log.detachAppender(said);
        }

        assertThat(said.list)
                .filteredOn(event -> event.getLevel().equals(Level.WARN))
                .extracting(ILoggingEvent::getFormattedMessage)
                .singleElement()
                .asString()
                .contains("no job may write in " + data, "chmod 700 " + data);
    }

    @Test
    void does_not_start_if_the_engine_cannot_keep_the_limit_of_root_file_systems() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Path policy = Files.writeString(folder.resolve("policy.yml"), "rootFileSystem: 50g");
        try (Engine engine = DockerEngine.fromEnvironment(System.getenv())) {
            // As with overlay2 on ext4; an engine with btrfs can.
            assumeTrue(engine.objectionToRootFileSystem(DataSize.parse("50g")).isPresent());
        }

        assertThatThrownBy(() -> Worker.start(settings(folder.resolve("outputs"), policy, System.getenv())))
                .hasMessageContaining("The rule rootFileSystem of " + policy)
                .hasMessageContaining("storage-opt")
                .hasMessageContaining("Write rootFileSystem: unlimited")
                .asInstanceOf(InstanceOfAssertFactories.type(WorkerProblem.class))
                .returns(ServiceExitCode.INVALID, WorkerProblem::exitCode);
    }

    /** On a host without an engine, where the start ends. */
    private WorkerSettings settings(Path outputs, @Nullable Path policy) {
        return settings(outputs, policy, Map.of("DOCKER_HOST", "unix:///nowhere.sock"));
    }

    private WorkerSettings settings(Path outputs, @Nullable Path policy, Map<String, String> environment) {
        return new WorkerSettings(
                "127.0.0.1:1",
                PostgresUrl.parse("postgresql://127.0.0.1:1/trainyard"),
                "a",
                "slots:1",
                folder.resolve("state"),
                outputs,
                List.of(),
                null,
                policy,
                OnStop.LEAVE,
                environment);
    }
}
