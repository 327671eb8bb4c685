package dev.trainyard.worker.fetch;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.plan.WantedImage;
import dev.trainyard.core.text.ImageName;
import dev.trainyard.core.training.ImageSource.Pull;
import dev.trainyard.db.HostImages;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.Outage;
import dev.trainyard.db.Replaced;
import dev.trainyard.worker.engine.EngineException;
import dev.trainyard.worker.image.ImageFailure;
import dev.trainyard.worker.image.Images;
import dev.trainyard.worker.registry.Backoff;
import dev.trainyard.worker.registry.Registry;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Fetches the images that the planner wants on this host, each once and in its own thread, before a slot or device is reserved. The database
 * says what to do: {@link #sync} begins what is new or was left by a previous process.
 */
public final class Fetches implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Fetches.class);

    private static final Duration AFTER_FAILURE_OF_OURS = Duration.ofSeconds(5);

    private final Incarnation me;
    private final HostImages rows;
    private final Images images;
    private final Map<WantedImage, Thread> inHand = new ConcurrentHashMap<>();
    private final Map<WantedImage, Backoff> failing = new ConcurrentHashMap<>();
    private final Map<WantedImage, Long> tried = new ConcurrentHashMap<>();

    public Fetches(Incarnation me, HostImages rows, Images images) {
        this.me = me;
        this.rows = rows;
        this.images = images;
    }

    /** @param due the current result of {@link HostImages#due} */
    public void sync(List<WantedImage> due) {
        // While a registry fails, one image at a time tests whether it works again. Each image gets its turn.
        due.stream()
                .sorted(Comparator.comparing(image -> tried.getOrDefault(image, Long.MIN_VALUE)))
                .forEach(image -> inHand.computeIfAbsent(image, this::begin));
    }

    private Thread begin(WantedImage image) {
        return Thread.ofVirtual().name("fetch").start(() -> work(image));
    }

    private void work(WantedImage image) {
        try {
            provide(image);
        } catch (InterruptedException e) {
            log.debug("let go of image={}", image.text());
        } catch (Replaced e) {
            // The process ends. The writes of the attempts report this.
        } catch (EngineException | DataAccessException | TransactionException e) {
            if (e instanceof EngineException || Outage.isTransient(e)) {
                log.debug("put off image={}", image.text(), e);
            } else {
                log.error("not fetched by a failure of ours, tried again image={}", image.text(), e);
            }
            rest();
        } catch (RuntimeException e) {
            log.error("not fetched by a failure of ours, tried again image={}", image.text(), e);
            rest();
        } finally {
            inHand.remove(image);
        }
    }

    /** The row is unchanged, so the next call of sync begins it again. */
    private static void rest() {
        try {
            Thread.sleep(AFTER_FAILURE_OF_OURS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void provide(WantedImage wanted) throws InterruptedException {
        try {
            boolean present = images.isPresent(wanted.reference());
            if (present && wanted.pull() != Pull.ALWAYS) {
                rows.present(me, wanted);
                return;
            }
            if (wanted.pull() == Pull.NEVER) {
                throw ImageFailure.neverPulled(wanted.reference());
            }
        } catch (ImageFailure e) {
            rows.failed(me, wanted, e.verdict(), String.valueOf(e.getMessage()));
            return;
        }
        String name = ImageName.registryOf(wanted.reference());
        Registry registry = images.registries().of(name);
        registry.take(() -> pull(wanted, registry))
                .ifPresent(rest -> rows.failed(
                        me,
                        wanted,
                        Cause.IMAGE_PULL_FAILED,
                        ImageFailure.resting(name, rest.why()),
                        rest.ago(),
                        rest.left()));
    }

    private void pull(WantedImage image, Registry registry) throws InterruptedException {
        Backoff own = failing.computeIfAbsent(image, _ -> new Backoff(System::nanoTime));
        tried.put(image, System.nanoTime());
        rows.fetching(me, image, "");
        log.info("fetching image={}", image.text());
        try {
            images.fetch(image.reference(), progress -> tell(image, progress));
            registry.backoff().succeeded();
            failing.remove(image);
            rows.present(me, image);
            log.info("fetched image={}", image.text());
        } catch (ImageFailure e) {
            String why = String.valueOf(e.getMessage());
            log.info("not fetched image={} cause={} error={}", image.text(), e.verdict(), why);
            switch (e.verdict()) {
                case IMAGE_PULL_FAILED -> {
                    if (e.isOfRegistry()) {
                        registry.backoff().failed(e.ofRegistry());
                    }
                    own.failed(why);
                    rows.failed(me, image, e.verdict(), why, Duration.ZERO, longer(own, registry.backoff()));
                }
                case DISK_FULL -> {
                    own.failed(why);
                    rows.failed(me, image, e.verdict(), why, Duration.ZERO, longer(own, own));
                }
                default -> {
                    registry.backoff().succeeded();
                    failing.remove(image);
                    rows.failed(me, image, e.verdict(), why);
                }
            }
        }
    }

    private void tell(WantedImage image, String progress) {
        try {
            rows.fetching(me, image, progress);
        } catch (DataAccessException | TransactionException e) {
            // The progress is reported again in some seconds.
            log.debug("progress not recorded image={}", image.text(), e);
        }
    }

    private static Duration longer(Backoff one, Backoff other) {
        Duration first = left(one);
        Duration second = left(other);
        return first.compareTo(second) > 0 ? first : second;
    }

    private static Duration left(Backoff backoff) {
        return backoff.rest().map(Backoff.Rest::left).orElse(Duration.ZERO);
    }

    /** Cancels all fetches. The next process of this worker begins them again, and the engine keeps the layers that it has. */
    @Override
    public void close() throws InterruptedException {
        List<Thread> fetches = List.copyOf(inHand.values());
        fetches.forEach(Thread::interrupt);
        for (Thread fetch : fetches) {
            fetch.join();
        }
    }
}
