package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import java.time.Duration;

/** The time between SIGTERM and SIGKILL that a compose file or a run line sets. */
public final class GracePeriod {

    /** The maximum in a request. */
    public static final Duration LONGEST = Duration.ofDays(1);

    private GracePeriod() {}

    /** @param asked negative for no limit, as in Docker */
    public static Duration of(ConfigValue field, Duration asked) {
        if (!asked.isNegative() && asked.compareTo(LONGEST) <= 0) {
            return asked;
        }
        field.notice("is passed on as %d seconds, the maximum of a request. The worker's policy may allow less"
                .formatted(LONGEST.toSeconds()));
        return LONGEST;
    }
}
