package dev.trainyard.worker.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistriesTest {

    private final AtomicLong now = new AtomicLong();
    private final Registries registries = new Registries(now::get);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger running = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void stop() {
        end.countDown();
        threads.close();
    }

    @Test
    void a_thousand_jobs_that_name_a_thousand_registries_do_not_pull_all_at_once() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            pull("registry-%d.example".formatted(i));
        }

        await().until(() -> running.get() == Registries.UNTRIED_AT_ONCE);
        assertThat(registries.of("another.example").takeAtOnce(() -> {})).isEmpty();
    }

    @Test
    void registries_that_answer_pull_few_at_once_all_together() {
        for (int i = 0; i < 100; i++) {
            registries.of("known-%d.example".formatted(i)).backoff().succeeded();
            pull("known-%d.example".formatted(i));
        }

        await().until(() -> running.get() == Registries.AT_ONCE);
    }

    @Test
    void registries_that_do_not_answer_delay_neither_new_nor_known_ones() throws Exception {
        List<Future<?>> silent = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            silent.add(pull("silent-%d.example".formatted(i % 4)));
        }
        await().until(() -> running.get() == 12);

        assertThat(threads.submit(() -> registries.of("new.example").take(() -> {}))
                        .get())
                .isEmpty();
        for (int i = 0; i < 100; i++) {
            silent.add(pull("silent-too-%d.example".formatted(i)));
        }
        await().until(() -> running.get() == Registries.UNTRIED_AT_ONCE);
        registries.of("known.example").backoff().succeeded();
        assertThat(threads.submit(() -> registries.of("known.example").take(() -> {}))
                        .get())
                .isEmpty();
        assertThat(silent).noneMatch(Future::isDone);
    }

    @Test
    void registries_that_fail_leave_room_for_those_that_do_not() throws Exception {
        List<Future<?>> failing = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String name = "dead-%d.example".formatted(i);
            registries.of(name).backoff().failed("connection refused");
        }
        now.addAndGet(Backoff.LONGEST.toNanos());
        for (int i = 0; i < 100; i++) {
            failing.add(pull("dead-%d.example".formatted(i)));
        }
        await().until(() -> running.get() == Registries.FAILING_AT_ONCE);

        assertThat(threads.submit(() -> registries.of("good.example").take(() -> {}))
                        .get())
                .isEmpty();
        assertThat(failing).noneMatch(Future::isDone);
    }

    @Test
    void one_at_a_time_finds_out_whether_a_registry_still_fails_and_the_others_hear_of_it() throws Exception {
        Registry registry = registries.of("dead.example");
        registry.backoff().failed("connection refused");
        assertThat(registry.take(() -> running.incrementAndGet())).isPresent();
        now.addAndGet(Backoff.LONGEST.toNanos());

        List<Future<Optional<Backoff.Rest>>> builds = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            builds.add(threads.submit(() -> registry.takeAtOnce(() -> {
                running.incrementAndGet();
                end.await();
                registry.backoff().failed("still refused");
            })));
        }
        await().until(() -> running.get() == 1);
        end.countDown();

        int told = 0;
        for (Future<Optional<Backoff.Rest>> build : builds) {
            told += build.get()
                            .filter(rest -> rest.why().equals("still refused"))
                            .isPresent()
                    ? 1
                    : 0;
        }
        assertThat(told).isEqualTo(11);
        assertThat(running).hasValue(1);
    }

    private Future<?> pull(String registry) {
        return threads.submit(() -> registries.of(registry).take(() -> {
            running.incrementAndGet();
            end.await();
        }));
    }
}
