package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/** Reads {@code cpu-quota} and {@code cpu-period}: together they say what {@code cpus} says in one number, which the planner counts with. */
public final class CpuQuota {

    private static final long USUAL_PERIOD = 100_000;
    private static final BigDecimal LEAST = new BigDecimal("0.01");

    private CpuQuota() {}

    /** @param cpus the number itself, beside which the two may not stand */
    public static Optional<BigDecimal> read(
            Optional<ConfigValue> quota, Optional<ConfigValue> period, Optional<ConfigValue> cpus) {
        long microseconds = period.flatMap(field -> field.integer(0, 1_000_000)).orElse(0L);
        if (microseconds > 0 && microseconds < 1_000) {
            period.get().problem("is a shorter period than the engine takes", "Write 1000 to 1000000, in microseconds");
        }
        long most = quota.flatMap(field -> field.integer(-1, 1L << 40)).orElse(0L);
        if (most <= 0) {
            // No quota is no limit, whatever the period.
            return Optional.empty();
        }
        ConfigValue said = quota.get();
        if (cpus.isPresent()) {
            said.problem("stands beside cpus, which says the same", "Keep one of the two");
            return Optional.empty();
        }
        BigDecimal number = BigDecimal.valueOf(most)
                .divide(BigDecimal.valueOf(microseconds == 0 ? USUAL_PERIOD : microseconds), 9, RoundingMode.HALF_UP)
                .stripTrailingZeros();
        if (most < 1_000 || number.compareTo(LEAST) < 0) {
            said.problem(
                    "is less than the engine gives any container",
                    "Write 1000 or more, in microseconds of each period");
            return Optional.empty();
        }
        said.notice("is passed on as %s CPUs".formatted(number.toPlainString()));
        return Optional.of(number);
    }
}
