package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.Excerpt;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads memory limits that depend on each other, CPU sets, namespaces and kernel parameters. */
public final class TuningReader {

    private static final String CPUSET = "\\d{1,4}(-\\d{1,4})?(?:,\\d{1,4}(?:-\\d{1,4})?)*+";

    /** Kernel parameters that belong to the container's namespaces (docker/cli, {@code opts.ValidateSysctl}). */
    private static final String SYSCTL = "kernel\\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)"
            + "|fs\\.mqueue\\.[^\\s/=]+|net\\.[^\\s/=]+";

    private final Optional<DataSize> memory;

    private TuningReader(@Nullable DataSize memory) {
        this.memory = Optional.ofNullable(memory);
    }

    /**
     * @param reservation the soft limit of memory
     * @param swap the limit of memory plus swap
     * @param memory the hard limit of memory
     */
    public static void readMemory(
            Optional<ConfigValue> reservation,
            Optional<ConfigValue> swap,
            @Nullable DataSize memory,
            RunSpecBuilder run) {
        TuningReader reader = new TuningReader(memory);
        run.memory(memory)
                .memoryReservation(reservation.flatMap(reader::reservation).orElse(null))
                .memorySwap(swap.flatMap(reader::swap).orElse(null));
    }

    static Optional<String> cpuset(ConfigValue field) {
        Optional<String> set = field.matching(CPUSET, "numbers such as 0-3,8");
        set.ifPresent(
                _ -> field.notice(
                        "refers to CPUs or memory nodes of the worker's host. If that host does not have them, the start fails"));
        return set;
    }

    /** The kernel's minimum is 2. */
    static Optional<Integer> cpuShares(ConfigValue field) {
        return field.integer(0, 262_144)
                .filter(shares -> shares != 0)
                .map(shares -> Math.max(2, Math.toIntExact(shares)));
    }

    private Optional<DataSize> reservation(ConfigValue field) {
        Optional<DataSize> reserved = field.memory();
        if (reserved.isPresent()
                && memory.filter(limit -> limit.bytes() < reserved.get().bytes())
                        .isPresent()) {
            field.problem("is above the memory limit", "Raise the limit, or lower this");
        }
        return reserved;
    }

    /** The limit of memory plus swap. */
    private Optional<Long> swap(ConfigValue field) {
        if (field.text().orElse("").equals("-1")) {
            return Optional.of(-1L);
        }
        Optional<Long> both = field.size().map(DataSize::bytes).filter(bytes -> bytes > 0);
        both.ifPresent(bytes -> {
            if (memory.isEmpty()) {
                field.problem("needs a memory limit", "Set that too: this value is memory plus swap");
            } else if (bytes < memory.get().bytes()) {
                field.problem("is below the memory limit", "Write memory plus swap, or -1 for unlimited swap");
            }
        });
        return both;
    }

    static Optional<Integer> oomScoreAdj(ConfigValue field) {
        Optional<Integer> score = field.integer(-1000, 1000).map(Math::toIntExact);
        score.filter(number -> number < 0).ifPresent(_ -> noticed(field));
        return score;
    }

    static Optional<String> namespace(ConfigValue field, String known, String wanted) {
        Optional<String> word = field.mode(known, wanted);
        word.filter("host"::equals).ifPresent(_ -> noticed(field));
        return word;
    }

    private static void noticed(ConfigValue field) {
        field.notice("weakens the isolation of the container, so the worker's policy must permit it");
    }

    /** Adds a kernel parameter. Reports a parameter that applies to the whole host. */
    public static void sysctl(ConfigValue field, String name, String value, Map<String, String> sysctls) {
        if (name.chars().anyMatch(Character::isWhitespace)) {
            // Docker would pass it on, and the container would not start.
            field.problem("%s contains blanks".formatted(Excerpt.quote(name)), "Write NAME=VALUE without blanks");
        } else if (!name.matches(SYSCTL)) {
            field.problem(
                    "%s applies to the whole host".formatted(Excerpt.quote(name)),
                    "Set it on the worker's host. A container can set net.*, fs.mqueue.*, kernel.msg*, kernel.sem and kernel.shm*");
        } else if (value.isEmpty() || value.length() > 200) {
            field.problem("%s needs a value of 1 to 200 characters".formatted(Excerpt.quote(name)), "Write NAME=VALUE");
        } else {
            sysctls.put(name, value);
        }
    }

    /** On Linux, Docker has one isolation mode. */
    public static void isolation(ConfigValue field) {
        field.matching("default|", "default, the only isolation mode on Linux")
                .ifPresent(_ -> field.notice(SharedWords.WINDOWS));
    }
}
