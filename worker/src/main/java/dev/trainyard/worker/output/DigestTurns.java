package dev.trainyard.worker.output;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.concurrent.Semaphore;

/**
 * Limits how many threads compute digests of files at the same time, so that the outputs of many attempts leave processors for everything
 * else on the host. Threads take turns after each buffer, so a small file does not wait for the end of a huge one.
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
