package dev.trainyard.worker.docker;

import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.LogEntry;
import dev.trainyard.worker.engine.Workshop;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine goes away under running containers. */
@Timeout(180)
class EngineLossTest {

    @Test
    void waiting_ends_silent_when_the_engine_is_killed_and_can_be_taken_up_again() throws Exception {
        try (StandInGpuEngine engine = StandInGpuEngine.startWithLiveRestore();
                Workshop workshop = new Workshop(engine.connect())) {
            Containers containers = workshop.containers();
            ContainerId id = workshop.start(
                    aRequest().networkMode("none").shell("until [ -e /outputs/go ]; do sleep 0.05; done; exit 5"));
            FutureTask<Boolean> waiting = new FutureTask<>(() -> {
                containers.await(id);
                return true;
            });
            Thread.ofVirtual().start(waiting);

            engine.kill();
            ExecutionException failed = catchThrowableOfType(ExecutionException.class, waiting::get);
            Files.createFile(workshop.outputs().resolve("go"));
            engine.startAgain();

            assertThat(failed.getCause()).isInstanceOf(EngineSilent.class);
            containers.await(id);
            assertThat(containers.inspect(id).orElseThrow().exitCode()).isEqualTo(5);
        }
    }

    @Test
    void an_orderly_stop_of_the_engine_is_not_an_exit_until_it_answers_again() throws Exception {
        try (StandInGpuEngine engine = StandInGpuEngine.start();
                Workshop workshop = new Workshop(engine.connect())) {
            Containers containers = workshop.containers();
            BlockingQueue<LogEntry> log = new LinkedBlockingQueue<>();
            ContainerId id = workshop.start(aRequest()
                    .networkMode("none")
                    .shell("trap 'echo saved; exit 0' TERM; echo ready; while true; do sleep 0.05; done"));
            Thread.ofVirtual().start(() -> {
                try {
                    containers.follow(id, null, log::add);
                } catch (InterruptedException | EngineSilent e) {
                    // The engine went away, as intended.
                }
            });
            log.take();
            FutureTask<Boolean> waiting = new FutureTask<>(() -> {
                containers.await(id);
                return true;
            });
            Thread.ofVirtual().start(waiting);

            engine.stop();

            assertThat(catchThrowableOfType(ExecutionException.class, waiting::get))
                    .hasCauseInstanceOf(EngineSilent.class);
            engine.startAgain();
            assertThat(workshop.containers().outliveTheEngine()).isFalse();
            containers.await(id);
            assertThat(containers.inspect(id).orElseThrow().exitCode()).isZero();
        }
    }

    @Test
    void a_log_is_read_on_over_a_kill_of_the_engine_without_loss_or_repetition() throws Exception {
        try (StandInGpuEngine engine = StandInGpuEngine.startWithLiveRestore();
                Workshop workshop = new Workshop(engine.connect())) {
            Containers containers = workshop.containers();
            List<LogEntry> read = new ArrayList<>();
            ContainerId id = workshop.start(aRequest()
                    .networkMode("none")
                    .shell("i=0; while [ $i -lt 60 ]; do echo $i; i=$((i+1)); sleep 0.1; done"));

            assertThatThrownBy(() -> containers.follow(id, null, entry -> {
                        read.add(entry);
                        if (read.size() == 20) {
                            engine.kill();
                        }
                    }))
                    .isInstanceOf(EngineSilent.class);
            engine.startAgain();
            containers.follow(id, ((LogEntry.Line) read.getLast()).point(), read::add);

            assertThat(read)
                    .extracting(entry -> ((LogEntry.Line) entry).text())
                    .isEqualTo(
                            IntStream.range(0, 60).mapToObj(Integer::toString).toList());
            assertThat(workshop.containers().outliveTheEngine()).isTrue();
        }
    }
}
