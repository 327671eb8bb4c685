package dev.trainyard.worker.output;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.concurrent.Semaphore;

/**
 * Lets few threads at a time read files for their digests, so that the outputs of many attempts leave processors to everything else on the
 * host. The turns go round buffer by buffer: a huge file delays a small one of another attempt, and does not hold it up.
 */
final class DigestTurns {

    /** For all attempts of this process. */
    static final DigestTurns OF_HOST =
            new DigestTurns(Math.max(1, Runtime.getRuntime().availableProcessors() / 4));

    private final Semaphore turns;

    DigestTurns(int atOnce) {
        turns = new Semaphore(atOnce, true);
    }

    /**
     * Reads the next bytes into the digest, when it is this thread's turn.
     *
     * @return how many; −1: the end
     */
    int read(InputStream in, byte[] buffer, MessageDigest digest) throws IOException, InterruptedException {
        turns.acquire();
        try {
            int count = in.read(buffer);
            if (count > 0) {
                digest.update(buffer, 0, count);
            }
            return count;
        } finally {
            turns.release();
        }
    }
}
