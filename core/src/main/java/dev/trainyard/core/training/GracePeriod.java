package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import java.time.Duration;

/** How long a program has from SIGTERM to SIGKILL, as a compose file or a run line says it. */
public final class GracePeriod {

    /** As a request carries it. */
    public static final Duration LONGEST = Duration.ofDays(1);

    private GracePeriod() {}

    /** @param asked negative: without end, as Docker has it */
    public static Duration of(ConfigValue field, Duration asked) {
        if (!asked.isNegative() && asked.compareTo(LONGEST) <= 0) {
            return asked;
        }
        field.notice("is passed on as %d seconds, the most that a request carries; the worker's policy may allow less"
                .formatted(LONGEST.toSeconds()));
        return LONGEST;
    }
}
