package dev.trainyard.worker.intake;

import dev.trainyard.launch.Beat;
import dev.trainyard.launch.MonotonicClock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts an {@link Intake} as soon as Kafka answers. */
public final class DeferredIntake implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DeferredIntake.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private final Supplier<Intake> start;
    private final Beat beat;
    private @Nullable Intake intake;

    /** @param start throws {@link KafkaUnavailable} until Kafka answers */
    public DeferredIntake(Supplier<Intake> start) {
        this.start = start;
        this.beat = new Beat(
                        this::begin,
                        Beat.AfterFailure.always(BETWEEN_TRIES),
                        Beat.Telling.of(DeferredIntake::tell, () -> {}),
                        MonotonicClock.SYSTEM)
                .start(Thread.ofVirtual().name("late-intake"));
    }

    private Beat.Next begin() {
        intake = start.get();
        log.info("Kafka answers, taking requests in");
        return Beat.Next.OVER;
    }

    private static boolean tell(Exception failure) {
        if (failure instanceof KafkaUnavailable) {
            // Reported before the first try.
            return false;
        }
        log.error("the intake cannot start, trying every second", failure);
        return true;
    }

    @Override
    public void close() throws InterruptedException {
        beat.close();
        if (intake != null) {
            intake.close();
        }
    }
}
