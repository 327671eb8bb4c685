package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/** Converts {@code cpu-quota} and {@code cpu-period} to the equivalent {@code cpus}, the number that the planner uses. */
public final class CpuQuota {

    private static final long USUAL_PERIOD = 100_000;
    private static final BigDecimal LEAST = new BigDecimal("0.01");

    private CpuQuota() {}

    /** @param cpus the setting {@code cpus}, which excludes the other two */
    public static Optional<BigDecimal> read(
            Optional<ConfigValue> quota, Optional<ConfigValue> period, Optional<ConfigValue> cpus) {
        long microseconds = period.flatMap(field -> field.integer(0, 1_000_000)).orElse(0L);
        if (microseconds > 0 && microseconds < 1_000) {
            period.get()
                    .problem("is shorter than the engine's minimum period", "Write 1000 to 1000000, in microseconds");
        }
        long most = quota.flatMap(field -> field.integer(-1, 1L << 40)).orElse(0L);
        if (most <= 0) {
            // Without a quota there is no limit, for any period.
            return Optional.empty();
        }
        ConfigValue said = quota.get();
        if (cpus.isPresent()) {
            said.problem("conflicts with cpus, which sets the same limit", "Keep one of the two");
            return Optional.empty();
        }
        BigDecimal number = BigDecimal.valueOf(most)
                .divide(BigDecimal.valueOf(microseconds == 0 ? USUAL_PERIOD : microseconds), 9, RoundingMode.HALF_UP)
                .stripTrailingZeros();
        if (most < 1_000 || number.compareTo(LEAST) < 0) {
            said.problem(
                    "is below the engine's minimum", "Write 1000 or more: the microseconds of CPU time per period");
            return Optional.empty();
        }
        said.notice("is passed on as %s CPUs".formatted(number.toPlainString()));
        return Optional.of(number);
    }
}
