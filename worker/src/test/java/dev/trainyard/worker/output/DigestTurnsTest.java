package dev.trainyard.worker.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DigestTurnsTest {

    private final DigestTurns turns = new DigestTurns(2);
    private final AtomicInteger reading = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final Semaphore steps = new Semaphore(0);

    /** A file of one buffer; each read lasts until the test lets it go on. */
    private final class Slow extends InputStream {

        private int reads;

        @Override
        public int read(byte[] buffer, int offset, int length) {
            reading.incrementAndGet();
            steps.acquireUninterruptibly();
            reading.decrementAndGet();
            return reads++ == 0 ? 1 : -1;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void no_more_files_are_read_at_once_than_have_a_turn_and_all_are_read_in_the_end() throws Exception {
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            readers.add(Thread.ofPlatform().start(() -> digest(new Slow())));
        }
        await().until(() -> reading.get() == 2
                && readers.stream()
                                .filter(reader -> reader.getState() == Thread.State.WAITING)
                                .count()
                        == 5);

        assertThat(reading).hasValue(2);

        steps.release(10);
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(ended).hasValue(5);
    }

    private void digest(InputStream in) {
        try {
            byte[] buffer = new byte[8];
            int count = 0;
            while (count >= 0) {
                count = turns.read(in, buffer, OutputManifest.sha256());
            }
            ended.incrementAndGet();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
