package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.worker.docker.HostDocker;
import dev.trainyard.worker.engine.EngineMessage;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.Workshop;
import java.io.EOFException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PullTest {

    @Test
    void a_pull_ends_when_its_registry_says_nothing_of_the_image() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        HttpServer registry = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Workshop workshop = HostDocker.workshop()) {
            registry.setExecutor(threads);
            registry.createContext("/", exchange -> {
                if (exchange.getRequestURI().getPath().equals("/v2/")) {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                    return;
                }
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            registry.start();
            String image = "127.0.0.1:%d/x/y:1".formatted(registry.getAddress().getPort());
            Pull pull = new Pull(workshop.engine().images(), Duration.ofSeconds(2));

            ImageFailure failure = catchThrowableOfType(ImageFailure.class, () -> pull.run(image, _ -> {}));

            assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_PULL_FAILED);
            assertThat(failure).hasMessageContaining(image).hasMessageContaining("no progress for 2 s");
            end.countDown();
        } finally {
            registry.stop(0);
        }
    }

    @Test
    void a_pull_that_the_engine_breaks_off_is_a_pull_that_failed_and_no_failure_of_the_registry() {
        Pull pull = new Pull(new StandInImages() {
            @Override
            public void pull(String reference, Consumer<EngineMessage> messages) {
                throw new EngineSilent("the engine broke the connection", EngineSilent.How.BROKEN, new EOFException());
            }
        });

        ImageFailure failure = catchThrowableOfType(ImageFailure.class, () -> pull.run("x/y:1", _ -> {}));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_PULL_FAILED);
        assertThat(failure)
                .hasMessageContaining("image x/y:1 could not be pulled")
                .hasMessageContaining("the engine broke the connection");
        assertThat(failure.isOfRegistry()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unknown blob | false
            error pulling image configuration: download failed after attempts=6: received unexpected HTTP status: 500 Internal Server Error | false
            received unexpected HTTP status: 502 Bad Gateway | false
            filesystem layer verification failed for digest sha256:cc5ad480 | false
            received unexpected HTTP status: 503 Service Unavailable | true
            error parsing HTTP 429 response body: invalid character | true
            download failed after attempts=6: dial tcp 10.0.0.1:443: connect: connection refused | true
            """)
    void only_a_failure_that_others_may_have_is_one_of_the_registry(String words, boolean ofRegistry) {
        Pull pull = new Pull(new StandInImages() {
            @Override
            public void pull(String reference, Consumer<EngineMessage> messages) {
                throw new EngineRefused(500, words);
            }
        });

        assertThat(catchThrowableOfType(ImageFailure.class, () -> pull.run("x/y:1", _ -> {}))
                        .isOfRegistry())
                .isEqualTo(ofRegistry);
    }

    @Test
    void an_unreachable_engine_is_not_a_failed_pull() {
        Pull pull = new Pull(new StandInImages() {
            @Override
            public void pull(String reference, Consumer<EngineMessage> messages) {
                throw new EngineSilent("cannot be reached", EngineSilent.How.REFUSED, new EOFException());
            }
        });

        assertThatThrownBy(() -> pull.run("x/y:1", _ -> {})).isInstanceOf(EngineSilent.class);
    }
}
