package dev.trainyard.core;

import java.util.Random;
import java.util.function.LongConsumer;

/** States a property for many seeds; a failure names the seed that repeats it. */
public final class Seeds {

    private Seeds() {}

    public static void each(int tries, LongConsumer property) {
        for (long seed = 0; seed < tries; seed++) {
            try {
                property.accept(seed);
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** Arbitrary bytes, often short. */
    public static byte[] bytes(long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(1 + random.nextInt(256))];
        random.nextBytes(bytes);
        return bytes;
    }
}
