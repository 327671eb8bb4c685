package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.Cause;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OncePerImageTest {

    private static final ProvidedImage IMAGE = new ProvidedImage("sha256:1");

    private final OncePerImage once = new OncePerImage();
    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @Test
    void the_second_caller_waits_for_the_result_of_the_first() throws Exception {
        FutureTask<ProvidedImage> first = start(this::slowly);
        begun.await();
        FutureTask<ProvidedImage> second = start(this::slowly);
        waiting.await();

        released.countDown();

        assertThat(first.get()).isSameAs(IMAGE);
        assertThat(second.get()).isSameAs(IMAGE);
        assertThat(runs).hasValue(1);
    }

    @Test
    void the_second_does_it_if_the_first_is_interrupted() throws Exception {
        FutureTask<ProvidedImage> first = new FutureTask<>(() -> once.get("busybox", waiting::countDown, this::slowly));
        Thread thread = Thread.ofVirtual().start(first);
        begun.await();
        FutureTask<ProvidedImage> second = start(() -> {
            runs.incrementAndGet();
            return IMAGE;
        });
        waiting.await();

        thread.interrupt();

        assertThat(second.get()).isSameAs(IMAGE);
        assertThatThrownBy(first::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(runs).hasValue(2);
    }

    @Test
    void a_failure_is_everyones_and_forgotten_afterwards() throws Exception {
        FutureTask<ProvidedImage> first = start(() -> {
            slowly();
            throw new ImageFailure(Cause.IMAGE_UNAVAILABLE, "no such image");
        });
        begun.await();
        FutureTask<ProvidedImage> second = start(this::slowly);
        waiting.await();

        released.countDown();

        assertThatThrownBy(first::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(ImageFailure.class);
        assertThatThrownBy(second::get).hasCauseInstanceOf(ImageFailure.class);
        assertThat(once.get("busybox", waiting::countDown, () -> IMAGE)).isSameAs(IMAGE);
    }

    private ProvidedImage slowly() throws InterruptedException {
        runs.incrementAndGet();
        begun.countDown();
        released.await();
        return IMAGE;
    }

    private FutureTask<ProvidedImage> start(OncePerImage.Work work) {
        FutureTask<ProvidedImage> task = new FutureTask<>(() -> once.get("busybox", waiting::countDown, work));
        Thread.ofVirtual().start(task);
        return task;
    }
}
