package dev.trainyard.core.request;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Time-ordered UUIDs (RFC 9562, version 7), so that new jobs are adjacent in an index. */
public final class UuidV7 {

    private UuidV7() {}

    /** The instant's milliseconds followed by 74 random bits. */
    public static UUID generate(Instant now, RandomGenerator random) {
        long high = now.toEpochMilli() << 16 | 0x7000L | random.nextLong() & 0x0FFFL;
        long low = random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
