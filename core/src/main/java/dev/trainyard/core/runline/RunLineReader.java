package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.runline.RunFlag.Refusal;
import dev.trainyard.core.runline.RunFlag.Unused;
import dev.trainyard.core.runline.RunWords.Given;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.IntegerText;
import dev.trainyard.core.text.LinuxVocabulary;
import dev.trainyard.core.text.SwitchText;
import dev.trainyard.core.training.AddressingReader;
import dev.trainyard.core.training.CpuQuota;
import dev.trainyard.core.training.GpuReservation;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.GracePeriod;
import dev.trainyard.core.training.ImageSource.Pull;
import dev.trainyard.core.training.Ports;
import dev.trainyard.core.training.ProjectFolder;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Ulimit;
import dev.trainyard.core.training.RunSpecBuilder;
import dev.trainyard.core.training.Setting;
import dev.trainyard.core.training.TrainingSpec;
import dev.trainyard.core.training.TuningReader;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the flags of a docker run line into a {@link TrainingSpec}. Each flag is read by the line that names it. */
final class RunLineReader {

    private static final Pattern ULIMIT = Pattern.compile("([a-z]{1,30})=(-?\\d{1,15})(?::(-?\\d{1,15}))?");
    private static final Pattern FRACTION = Pattern.compile("(\\d{1,9})/(0*[1-9]\\d{0,8})");

    /** The form that Docker's client accepts. */
    private static final String DOMAIN =
            "\\.|[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+(?:\\.[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+)*+\\.?";

    private static final int LONGEST_WORD = 131_000;

    private final RunWords words;
    private final RunFlags flags;
    private final Map<String, String> submitter;
    private final @Nullable ProjectFolder project;
    private final VariableFlags variables;
    private final Report report;
    private final RunSpecBuilder run = RunSpec.builder();

    RunLineReader(RunWords words, Map<String, String> submitter, TextFiles files, @Nullable ProjectFolder project) {
        this.project = project;
        this.words = words;
        this.submitter = submitter;
        this.report = words.report();
        this.flags = new RunFlags(words.given());
        this.variables = new VariableFlags(flags, submitter, files, report);
    }

    RunLine read() {
        refuse();
        String image = image();
        Map<String, String> environment = variables.environment();
        Gpus gpus = gpus(environment);
        run.environment(environment);
        Setting.read(flags, run);
        program();
        VolumeFlags.read(flags, submitter.get("HOME"), project, run);
        limits();
        network();
        confinement();
        withoutEffect();
        TrainingSpec training = new TrainingSpec(
                name(image),
                flags.text(
                        "name",
                        "[a-zA-Z0-9][a-zA-Z0-9_.-]{1,99}",
                        "a name of 2 to 100 letters, digits, '_', '.' and '-'"),
                image,
                flags.said("pull")
                        .flatMap(field -> field.matching("always|missing|never", "always, missing or never"))
                        .flatMap(Pull::of)
                        .orElse(Pull.MISSING),
                null,
                run.build(),
                gpus,
                variables.labels(),
                flags.said("stop-timeout")
                        .flatMap(RunLineReader::gracePeriod)
                        .orElse(Request.Submit.DEFAULT_GRACE_PERIOD),
                report.notices());
        boolean detached = flags.on("detach");
        if (!report.problems().isEmpty()) {
            throw new InvalidRunLine(report.problems());
        }
        return new RunLine(training, detached);
    }

    /** To Docker, -1 means no limit, which a request cannot express. */
    private static Optional<Duration> gracePeriod(ConfigValue field) {
        return field.integer(-1, Integer.MAX_VALUE).map(seconds -> GracePeriod.of(field, Duration.ofSeconds(seconds)));
    }

    private void refuse() {
        for (Given given : words.given()) {
            @Nullable Refusal refusal = given.flag().refusal();
            if (refusal != null && !isHarmless(given, refusal)) {
                given.value().problem(refusal.why(), refusal.remedy());
            }
        }
    }

    private static boolean isHarmless(Given given, Refusal refusal) {
        String text = given.value().text().orElse("");
        Optional<String> said = given.flag().takesValue()
                ? Optional.of(IntegerText.parse(text).map(String::valueOf).orElse(text))
                : SwitchText.parse(text).map(String::valueOf);
        return said.filter(value -> value.equals(refusal.harmless())).isPresent();
    }

    private String image() {
        if (words.rest().isEmpty()) {
            if (words.isUnderstood()) {
                report.problem(
                        words.nowhere(),
                        "",
                        "the image is missing",
                        "Write it after the flags: trainyard run [FLAG]… IMAGE [ARG]…");
            }
            return "";
        }
        return words.rest().getFirst().image().orElse("");
    }

    /** The last part of the image's name, without tag and digest. */
    private static String name(String image) {
        String path = image.replaceFirst("@.*", "");
        String last = path.substring(path.lastIndexOf('/') + 1).replaceFirst(":.*", "");
        return last.substring(0, Math.min(last.length(), 100));
    }

    private void program() {
        List<ConfigValue> arguments = words.rest().isEmpty()
                ? List.of()
                : words.rest().subList(1, words.rest().size());
        List<String> command =
                arguments.stream().flatMap(field -> field.text().stream()).toList();
        arguments.stream()
                .filter(field -> field.text().map(String::length).orElse(0) > LONGEST_WORD)
                .forEach(field -> field.problem("is longer than Linux allows", "Put the text into a file"));
        run.command(command.isEmpty() ? null : command);
        run.entrypoint(flags.last("entrypoint")
                .flatMap(ConfigValue::text)
                .map(word -> word.isEmpty() ? List.<String>of() : List.of(word))
                .orElse(null));
        run.init(flags.last("init").map(_ -> flags.on("init")).orElse(null));
    }

    private Gpus gpus(Map<String, String> environment) {
        List<ConfigValue> asked = flags.all("gpus");
        if (asked.isEmpty()) {
            return fromRuntime(environment);
        }
        ConfigValue flag = asked.getFirst();
        if (asked.size() > 1) {
            asked.get(1).problem("GPUs are reserved twice", "Reserve them once: --gpus '\"device=0,2\"'");
        }
        if (environment.containsKey(GpuReservation.VISIBLE)) {
            flag.notice("replaces %s: the worker sets it to the devices that are reserved"
                    .formatted(GpuReservation.VISIBLE));
        }
        runtime();
        return GpuFlag.read(flag, environment);
    }

    private Optional<ConfigValue> runtime() {
        return flags.said("runtime").filter(field -> GpuReservation.isNvidia(field, "--gpus"));
    }

    /** The nvidia runtime shows devices without {@code --gpus}, as does {@code runtime: nvidia} in a compose file. */
    private Gpus fromRuntime(Map<String, String> environment) {
        Optional<ConfigValue> variables = Stream.concat(
                        flags.all("env").stream()
                                .filter(field -> field.text().orElse("").startsWith(GpuReservation.VISIBLE)),
                        flags.all("env-file").stream())
                .findFirst();
        return GpuReservation.ofRuntime(runtime(), variables, environment);
    }

    private void limits() {
        @Nullable
        DataSize memory = flags.last("memory").flatMap(ConfigValue::memory).orElse(null);
        TuningReader.readMemory(flags.said("memory-reservation"), flags.said("memory-swap"), memory, run);
        run.sysctls(sysctls());
        Optional<ConfigValue> cpus = flags.last("cpus")
                .map(RunLineReader::withoutFraction)
                .filter(field -> !field.text().orElse("").matches("0*(\\.0*)?"));
        Optional<BigDecimal> quota = CpuQuota.read(flags.said("cpu-quota"), flags.said("cpu-period"), cpus);
        run.cpus(cpus.flatMap(ConfigValue::cpus).or(() -> quota).orElse(null));
        run.pidsLimit(flags.last("pids-limit")
                .flatMap(field -> field.integer(-1, 1L << 31))
                .filter(limit -> limit != 0)
                .orElse(null));
        // Docker keeps the last option of each name, and sends them sorted by name.
        Map<String, Ulimit> ulimits = new TreeMap<>();
        flags.all("ulimit").forEach(field -> ulimit(field).ifPresent(limit -> ulimits.put(limit.name(), limit)));
        run.ulimits(List.copyOf(ulimits.values()));
    }

    /** Docker reads 1/2 as 0.5, but refuses a fraction without a finite decimal form. */
    private static ConfigValue withoutFraction(ConfigValue field) {
        Matcher fraction = FRACTION.matcher(field.text().orElse(""));
        if (!fraction.matches()) {
            return field;
        }
        try {
            return field.withText(new BigDecimal(fraction.group(1))
                    .divide(new BigDecimal(fraction.group(2)))
                    .toPlainString());
        } catch (ArithmeticException e) {
            return field;
        }
    }

    private Map<String, String> sysctls() {
        Map<String, String> sysctls = new LinkedHashMap<>();
        for (ConfigValue flag : flags.all("sysctl")) {
            flag.matching("[^=]+=.+", "NAME=VALUE, for example net.core.somaxconn=1024")
                    .ifPresent(text -> {
                        String[] pair = text.split("=", 2);
                        TuningReader.sysctl(flag, pair[0], pair[1], sysctls);
                    });
        }
        return sysctls;
    }

    private static Optional<Ulimit> ulimit(ConfigValue field) {
        String wanted = "NAME=SOFT or NAME=SOFT:HARD, for example memlock=-1:-1";
        Optional<Matcher> form =
                field.matching(ULIMIT.pattern(), wanted).map(ULIMIT::matcher).filter(Matcher::matches);
        return form.flatMap(limit -> {
            if (!LinuxVocabulary.ULIMITS.contains(limit.group(1))) {
                field.problem(
                        "%s is not a limit".formatted(Excerpt.quote(limit.group(1))),
                        "Write one of " + String.join(", ", LinuxVocabulary.ULIMITS));
                return Optional.empty();
            }
            long soft = Long.parseLong(limit.group(2));
            long hard = limit.group(3) == null ? soft : Long.parseLong(limit.group(3));
            if (soft < -1 || hard < -1) {
                field.problem("a limit is less than -1, which means unlimited", "Write " + wanted);
                return Optional.empty();
            }
            if (hard >= 0 && (soft > hard || soft < 0)) {
                field.problem("the soft limit is above the hard one", "Raise the second number, or lower the first");
            }
            return Optional.of(new Ulimit(limit.group(1), soft, hard));
        });
    }

    private void network() {
        run.ports(Ports.ofRunLine(flags.all("publish")));
        flags.all("dns-search").stream()
                .filter(field -> field.searchDomain().isPresent())
                .forEach(field -> field.matching(DOMAIN, "a domain such as lab.example, or . for none"));
        run.dnsSearch(flags.all("dns-search").stream()
                .flatMap(field -> field.searchDomain().stream())
                .toList());
        List<ConfigValue> networks = flags.all("network");
        if (networks.size() > 1) {
            networks.get(1).problem("a job can have only one network", "Give only one");
        }
        run.networkMode(
                flags.said("network").flatMap(RunLineReader::networkMode).orElse(null));
        run.extraHosts(flags.all("add-host").stream()
                .flatMap(field -> AddressingReader.host(field).stream())
                .toList());
    }

    private static Optional<String> networkMode(ConfigValue field) {
        String wanted = "host, none, bridge, or the name of a network of the worker's host";
        // Docker's long form. Only its name has an effect on a job.
        ConfigValue named = field.withText(field.text().orElse("").replaceFirst("^name=(?=[^,]+$)", ""));
        Optional<String> mode = named.mode("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,199}", wanted);
        mode.filter("host"::equals)
                .ifPresent(_ -> field.notice(
                        "gives access beyond the container: the worker's policy decides whether it is granted"));
        mode.filter(name -> !Set.of("host", "none", "bridge", "default").contains(name))
                .ifPresent(name -> field.notice(
                        "the network %s must exist on the worker's host, whose policy decides about it. Otherwise the start fails"
                                .formatted(name)));
        return mode;
    }

    private void confinement() {
        run.groupAdd(flags.texts("group-add", "(?s).{1,100}", "a group's name or number"));
        PrivilegeFlags.read(flags, run);
    }

    /** Flags without an effect. A worker removes every container, so {@code --rm} is always true. */
    private void withoutEffect() {
        boolean removed = flags.on("rm");
        flags.said("isolation").ifPresent(TuningReader::isolation);
        flags.said("volume-driver")
                .ifPresent(field -> field.matching(
                        "local",
                        "local, the engine's default driver",
                        "Create the volume on the worker's host, and name it with --volume NAME:PATH"));
        flags.said("restart").ifPresent(restart -> restart(restart, removed));
        flags.said("platform")
                .filter(field -> field.platform().isPresent())
                .ifPresent(field -> field.notice("has no effect: the worker runs the image for its own platform"));
        if (flags.on("interactive") && !flags.on("detach")) {
            flags.last("interactive")
                    .ifPresent(field -> field.notice("standard input stays open, but the container gets no input"));
        }
        for (Given given : words.given()) {
            unused(given);
            boolean counts = given.flag().repeats()
                    || flags.all(given.flag().name()).getLast().equals(given.value());
            if (!counts) {
                given.value().notice("is given again later. Only the last one counts");
            }
        }
    }

    private void unused(Given given) {
        @Nullable Unused unused = given.flag().unused();
        if (unused == null) {
            return;
        }
        // An invalid text or boolean is still reported.
        boolean says = given.flag().takesValue()
                ? given.value().text().isPresent()
                : !String.valueOf(flags.on(given.flag().name())).equals(unused.usual());
        if (says) {
            given.value().notice(unused.why());
        }
    }

    private static void restart(ConfigValue restart, boolean removed) {
        Optional<String> policy = restart.matching(
                "no|always|unless-stopped|on-failure(:\\d{1,9})?", "no, always, unless-stopped or on-failure[:N]");
        if (policy.filter(name -> !name.equals("no")).isPresent()) {
            if (removed) {
                restart.problem("contradicts --rm, as in Docker", "Keep one of the two");
            }
            restart.notice("has no effect on a training that ends. To retry it after a failure, use --max-attempts N");
        }
    }
}
