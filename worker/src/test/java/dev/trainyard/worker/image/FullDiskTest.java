package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.worker.docker.StandInGpuEngine;
import dev.trainyard.worker.engine.Engine;
import dev.trainyard.worker.policy.Policy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine's disk is full. */
@Timeout(180)
class FullDiskTest {

    private static StandInGpuEngine engine;
    private static Engine connection;

    @BeforeAll
    static void start() {
        engine = StandInGpuEngine.startWithDisk(DataSize.parse("24m"));
        connection = engine.connect();
    }

    @AfterAll
    static void stop() throws IOException {
        connection.close();
        engine.close();
    }

    @Test
    void a_context_that_does_not_fit_is_a_full_disk() {
        assertThat(verdict(new Tar().dockerfile("FROM busybox:latest").file("data", "x".repeat(60_000_000))))
                .isEqualTo(Cause.DISK_FULL);
    }

    @Test
    void an_image_that_does_not_fit_is_a_full_disk() {
        assertThat(verdict(new Tar().dockerfile("FROM busybox:latest", "RUN dd if=/dev/zero of=/data bs=1M count=60")))
                .isEqualTo(Cause.DISK_FULL);
    }

    private static Cause verdict(Tar context) {
        byte[] tar = context.bytes();
        Images images = new Images(
                connection, digest -> new ByteArrayInputStream(tar), new ImagesTest.Records(), Policy.load(null));
        ImageSource.Build build = new ImageSource.Build(Tar.digest(tar), "Dockerfile", Map.of(), null, null);

        return catchThrowableOfType(ImageFailure.class, () -> images.provide(build, null, line -> {}))
                .verdict();
    }
}
