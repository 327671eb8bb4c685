package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.Excerpt;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads how the kernel is to treat the container. A compose file and a run line say it in the same words under other names. */
public final class TuningReader {

    private static final String CPUSET = "\\d{1,4}(-\\d{1,4})?(?:,\\d{1,4}(?:-\\d{1,4})?)*+";

    /** Those that the container has of its own (docker/cli, {@code opts.ValidateSysctl}). */
    private static final String SYSCTL = "kernel\\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)"
            + "|fs\\.mqueue\\.[^\\s/=]+|net\\.[^\\s/=]+";

    private final Function<String, Optional<ConfigValue>> said;
    private final Optional<DataSize> memory;

    private TuningReader(Function<String, Optional<ConfigValue>> said, @Nullable DataSize memory) {
        this.said = said;
        this.memory = Optional.ofNullable(memory);
    }

    /**
     * @param said what is said under the name of the flag of {@code docker run}
     * @param memory the limit of memory
     */
    public static void read(
            Function<String, Optional<ConfigValue>> said, @Nullable DataSize memory, RunSpecBuilder run) {
        new TuningReader(said, memory).read(run);
    }

    private void read(RunSpecBuilder run) {
        run.cpusetCpus(cpuset("cpuset-cpus"))
                .cpusetMems(cpuset("cpuset-mems"))
                .cpuShares(said.apply("cpu-shares")
                        .flatMap(field -> field.integer(0, 262_144))
                        .filter(shares -> shares != 0)
                        // The kernel takes no less.
                        .map(shares -> Math.max(2, Math.toIntExact(shares)))
                        .orElse(null))
                .memoryReservation(said.apply("memory-reservation")
                        .flatMap(this::reservation)
                        .orElse(null))
                .memorySwap(said.apply("memory-swap").flatMap(this::swap).orElse(null))
                .oomScoreAdj(
                        said.apply("oom-score-adj").flatMap(TuningReader::score).orElse(null))
                .cgroupns(namespace("cgroupns", "host|private", "host or private"))
                .uts(namespace("uts", "host", "host"));
    }

    private @Nullable String cpuset(String name) {
        Optional<ConfigValue> field = said.apply(name);
        Optional<String> set = field.flatMap(each -> each.matching(CPUSET, "numbers such as 0-3,8"));
        set.flatMap(_ -> field)
                .ifPresent(
                        each -> each.notice(
                                "names CPUs or memory of the worker's host, whichever that is: the start fails where they are missing"));
        return set.orElse(null);
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

    private static Optional<Integer> score(ConfigValue field) {
        Optional<Integer> score = field.integer(-1000, 1000).map(Math::toIntExact);
        score.filter(number -> number < 0).ifPresent(_ -> noticed(field));
        return score;
    }

    private @Nullable String namespace(String name, String known, String wanted) {
        Optional<ConfigValue> field = said.apply(name);
        Optional<String> word = field.flatMap(each -> each.mode(known, wanted));
        word.filter("host"::equals).flatMap(_ -> field).ifPresent(TuningReader::noticed);
        return word.orElse(null);
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
