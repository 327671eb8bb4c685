package dev.trainyard.worker.intake;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An {@link Intake} that begins when Kafka answers. */
public final class DeferredIntake implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DeferredIntake.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private final Supplier<Intake> start;
    private final Thread thread;
    private @Nullable Intake intake;
    private boolean told;

    /** @param start throws {@link KafkaUnavailable} until Kafka answers */
    public DeferredIntake(Supplier<Intake> start) {
        this.start = start;
        this.thread = Thread.ofVirtual().name("late-intake").start(this::begin);
    }

    private void begin() {
        try {
            while (!tried()) {
                Thread.sleep(BETWEEN_TRIES);
            }
            log.info("Kafka answers, taking requests in");
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private boolean tried() {
        try {
            intake = start.get();
            return true;
        } catch (KafkaUnavailable e) {
            return false;
        } catch (RuntimeException e) {
            if (!told) {
                log.error("intake does not begin, trying every second", e);
                told = true;
            }
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
        if (intake != null) {
            intake.close();
        }
    }
}
