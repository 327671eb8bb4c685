package dev.trainyard.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.worker.engine.EngineInfo;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.Workshop;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DockerEngineTest {

    @Test
    void it_returns_its_identity() throws IOException {
        try (Workshop workshop = HostDocker.workshop()) {
            EngineInfo info = workshop.engine().info();

            assertThat(info.id()).isNotBlank();
            assertThat(info.dataRoot()).isAbsolute();
        }
    }

    @Test
    void an_engine_that_is_not_there_is_silent(@TempDir Path folder) throws IOException {
        Path socket = folder.resolve("docker.sock");
        try (DockerEngine engine = DockerEngine.fromEnvironment(Map.of("DOCKER_HOST", "unix://" + socket))) {
            EngineSilent silent = catchThrowableOfType(EngineSilent.class, engine::ping);

            assertThat(silent.broke()).isFalse();
            assertThat(silent.timedOut()).isFalse();
            assertThat(silent).hasMessageContaining(socket.toString()).hasMessageContaining("No such file");
        }
    }

    @Test
    void an_engine_at_a_port_where_nothing_listens_is_silent() throws IOException {
        try (DockerEngine engine = DockerEngine.open(URI.create("tcp://127.0.0.1:1"))) {
            EngineSilent silent = catchThrowableOfType(EngineSilent.class, engine::ping);

            assertThat(silent.broke()).isFalse();
            assertThat(silent.timedOut()).isFalse();
        }
    }

    @Test
    void an_engine_that_accepts_but_does_not_answer_is_silent_after_the_deadline(@TempDir Path folder)
            throws IOException {
        Path socket = folder.resolve("docker.sock");
        try (ServerSocketChannel frozen = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                DockerEngine engine = DockerEngine.open(
                        URI.create("unix://" + socket),
                        new Connection.Deadlines(Duration.ofMillis(200), Duration.ofMillis(200)))) {
            frozen.bind(UnixDomainSocketAddress.of(socket));

            EngineSilent silent = catchThrowableOfType(EngineSilent.class, engine::ping);

            assertThat(silent.broke()).isFalse();
            // It may have been there all the time: what ends meanwhile is not ended by it.
            assertThat(silent.timedOut()).isTrue();
            assertThat(silent).hasMessageContaining("did not answer");
        }
    }

    @Test
    void an_interrupt_does_not_cut_a_short_call_and_is_kept() throws IOException {
        try (Workshop workshop = HostDocker.workshop()) {
            Thread.currentThread().interrupt();

            workshop.engine().ping();

            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
