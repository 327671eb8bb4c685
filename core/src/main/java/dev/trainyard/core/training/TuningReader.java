package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.Excerpt;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads limits of memory that depend on each other, and what the kernel is told of a container. */
public final class TuningReader {

    private static final String CPUSET = "\\d{1,4}(-\\d{1,4})?(?:,\\d{1,4}(?:-\\d{1,4})?)*+";

    /** Those that the container has of its own (docker/cli, {@code opts.ValidateSysctl}). */
    private static final String SYSCTL = "kernel\\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)"
            + "|fs\\.mqueue\\.[^\\s/=]+|net\\.[^\\s/=]+";

    private final Optional<DataSize> memory;

    private TuningReader(@Nullable DataSize memory) {
        this.memory = Optional.ofNullable(memory);
    }

    /**
     * @param reservation the memory that is kept free
     * @param swap memory and swap together
     * @param memory the limit of memory
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
                        "names CPUs or memory of the worker's host, whichever that is: the start fails where they are missing"));
        return set;
    }

    /** The kernel takes no less than 2. */
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
            field.problem("is above the limit of memory", "Raise the limit, or lower this");
        }
        return reserved;
    }

    /** Memory and swap together. */
    private Optional<Long> swap(ConfigValue field) {
        if (field.text().orElse("").equals("-1")) {
            return Optional.of(-1L);
        }
        Optional<Long> both = field.size().map(DataSize::bytes).filter(bytes -> bytes > 0);
        both.ifPresent(bytes -> {
            if (memory.isEmpty()) {
                field.problem("stands without a limit of memory", "Set that too: this is memory and swap together");
            } else if (bytes < memory.get().bytes()) {
                field.problem(
                        "is below the limit of memory",
                        "Write memory and swap together, or -1 for as much swap as there is");
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
        field.notice("reaches beyond the container: the worker's policy decides whether it may");
    }

    /** Puts a parameter of the kernel, unless it is one of the whole host, which is reported. */
    public static void sysctl(ConfigValue field, String name, String value, Map<String, String> sysctls) {
        if (name.chars().anyMatch(Character::isWhitespace)) {
            // Docker passes it on, and the container does not start.
            field.problem("%s contains blanks".formatted(Excerpt.quote(name)), "Write NAME=VALUE without blanks");
        } else if (!name.matches(SYSCTL)) {
            field.problem(
                    "%s is a parameter of the whole host".formatted(Excerpt.quote(name)),
                    "Set it on the worker's host; a container has net.*, fs.mqueue.*, kernel.msg*, kernel.sem and kernel.shm* of its own");
        } else if (value.isEmpty() || value.length() > 200) {
            field.problem("%s has no value of up to 200 characters".formatted(Excerpt.quote(name)), "Write NAME=VALUE");
        } else {
            sysctls.put(name, value);
        }
    }

    /** Containers of Linux know one isolation. */
    public static void isolation(ConfigValue field) {
        field.matching("default|", "default, the only isolation that Linux knows")
                .ifPresent(_ -> field.notice(SharedWords.WINDOWS));
    }
}
