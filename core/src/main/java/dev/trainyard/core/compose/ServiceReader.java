package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestLimits;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxVocabulary;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.AddressingReader;
import dev.trainyard.core.training.BuildSpec;
import dev.trainyard.core.training.CpuQuota;
import dev.trainyard.core.training.GpuReservation;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.GracePeriod;
import dev.trainyard.core.training.ImageSource.Pull;
import dev.trainyard.core.training.Parameter;
import dev.trainyard.core.training.Ports;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Ulimit;
import dev.trainyard.core.training.RunSpecBuilder;
import dev.trainyard.core.training.Setting;
import dev.trainyard.core.training.TrainingSpec;
import dev.trainyard.core.training.TuningReader;
import dev.trainyard.core.training.Volumes;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one service into a {@link TrainingSpec}. Each supported key is read by the line that names it, or by its row in {@link Setting}. */
final class ServiceReader implements Setting.Said {

    static final Set<String> SUPPORTED = Stream.concat(
                    Setting.ALL.stream().flatMap(setting -> Stream.ofNullable(setting.key())),
                    Stream.of(
                            "build",
                            "command",
                            "container_name",
                            "cpu_period",
                            "cpu_quota",
                            "deploy",
                            "entrypoint",
                            "env_file",
                            "environment",
                            "extends",
                            "gpus",
                            "image",
                            "isolation",
                            "label_file",
                            "labels",
                            "networks",
                            "platform",
                            "pull_policy",
                            "runtime",
                            "scale",
                            "stop_grace_period"))
            .collect(Collectors.toUnmodifiableSet());

    /** The schema's limit of a label's value, in characters. */
    private static final int LONGEST_LABEL = 4096;

    /** The schema's limit of entries. */
    private static final Map<String, Integer> MOST_ENTRIES = Map.ofEntries(
            Map.entry("cap_add", RequestLimits.mostEntries("capAdd")),
            Map.entry("cap_drop", RequestLimits.mostEntries("capDrop")),
            Map.entry("command", RequestLimits.mostEntries("command")),
            Map.entry("devices", RequestLimits.mostEntries("devices")),
            Map.entry("dns", RequestLimits.mostEntries("dns")),
            Map.entry("dns_opt", RequestLimits.mostEntries("dnsOptions")),
            Map.entry("dns_search", RequestLimits.mostEntries("dnsSearch")),
            Map.entry("entrypoint", RequestLimits.mostEntries("entrypoint")),
            Map.entry("environment", RequestLimits.mostEntries("environment")),
            Map.entry("expose", RequestLimits.mostEntries("expose")),
            Map.entry("extra_hosts", RequestLimits.mostEntries("extraHosts")),
            Map.entry("group_add", RequestLimits.mostEntries("groupAdd")),
            Map.entry("labels", RequestLimits.mostLabels()),
            Map.entry("ports", RequestLimits.mostEntries("ports")),
            Map.entry("security_opt", RequestLimits.mostEntries("securityOpt")),
            Map.entry("sysctls", RequestLimits.mostEntries("sysctls")),
            Map.entry("tmpfs", RequestLimits.mostEntries("tmpfs")),
            Map.entry("ulimits", RequestLimits.mostEntries("ulimits")),
            Map.entry("volumes", RequestLimits.mostEntries("mounts")));

    /** Keys with one text or a list of texts. */
    private static final List<String> STRINGS = List.of(
            "cgroup",
            "command",
            "container_name",
            "cpuset",
            "dns_opt",
            "dns_search",
            "domainname",
            "entrypoint",
            "environment",
            "hostname",
            "image",
            "labels",
            "platform",
            "user",
            "working_dir");

    /** Texts whose empty value means unset, as in Compose. Compose refuses an empty number or size. */
    private static final Set<String> TEXTS = Stream.concat(
                    Setting.ALL.stream()
                            .filter(setting -> setting.form() == Setting.Form.TEXT)
                            .flatMap(setting -> Stream.ofNullable(setting.key())),
                    Stream.of("container_name", "isolation", "network_mode", "platform", "pull_policy"))
            .collect(Collectors.toUnmodifiableSet());

    /** A {@code pull_policy} that pulls only an image that is older than a period. */
    private static final String PULLED_WHEN_OLD = "daily|weekly|refresh|every_([0-9]+[wdhms])+";

    private final ConfigValue service;
    private final ComposeOptions options;
    private final Variables variables;
    private final Project project;
    private final Volumes volumes;
    private final Report report;
    private final RunSpecBuilder run = RunSpec.builder();

    ServiceReader(ConfigValue service, Project project, ComposeOptions options, Variables variables, Report report) {
        checkCounts(service);
        this.service = UniqueLists.of(service);
        this.options = options;
        this.project = project;
        this.variables = variables;
        this.volumes =
                new Volumes(project.declared("volumes"), variables.get("HOME").orElse(null), options.project());
        this.report = report;
    }

    TrainingSpec read() {
        if (!service.name().matches("[a-zA-Z0-9._-]{1,100}")) {
            service.problem(
                    "is not a name that Compose accepts for a service", "Use letters, digits, '.', '_' and '-'");
        }
        service.fields().stream()
                .filter(field -> !SUPPORTED.contains(field.name()))
                .forEach(field -> UnsupportedKeys.report(field, SUPPORTED));
        checkQuotes();
        Map<String, String> environment =
                new EnvironmentReader(variables.asMap(), options.files(), report).read(service);
        Setting.read(this, run);
        // Before the variables are read: it sets some of them.
        Gpus gpus = GpuReservation.read(service, environment);
        program(environment);
        places();
        limits();
        confinement();
        String wanted = "a name that starts with a letter or digit, of up to 100 letters, digits, '_', '.' and '-'";
        return new TrainingSpec(
                service.name(),
                get("container_name", field -> field.matching("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}", wanted))
                        .orElse(null),
                get("image", ConfigValue::image).orElse(null),
                pull(),
                build(),
                run.build(),
                gpus,
                labels(),
                get("stop_grace_period", field -> field.duration().map(asked -> GracePeriod.of(field, asked)))
                        .orElse(Request.Submit.DEFAULT_GRACE_PERIOD),
                report.notices());
    }

    /** Values that are read here as written, but that Compose's schema requires in quotes. */
    private void checkQuotes() {
        for (String key : STRINGS) {
            present(key)
                    .filter(field -> !field.isMapping())
                    .ifPresent(field -> field.oneOrMore().forEach(ConfigValue::wantsQuotes));
        }
    }

    private static void checkCounts(ConfigValue service) {
        service.fields().forEach(field -> {
            int most = MOST_ENTRIES.getOrDefault(field.name(), Integer.MAX_VALUE);
            if (field.entryCount() > most) {
                field.problem("has more than %,d entries, the limit of a request".formatted(most), "Write fewer");
            }
        });
    }

    private Pull pull() {
        Optional<ConfigValue> policy = present("pull_policy");
        Optional<String> word = policy.flatMap(field -> field.matching(
                "always|never|missing|if_not_present|build|" + PULLED_WHEN_OLD, "always, missing, never or build"));
        boolean built = present("build").isPresent() || options.builtFromSource();
        if (word.isPresent() && built && !word.get().equals("build")) {
            policy.get().notice("has no effect: the image is built");
        } else if (word.filter("build"::equals).isPresent() && !built) {
            policy.get().problem("requires a build section", "Write build, or another pull_policy");
        }
        if (word.filter(text -> text.matches(PULLED_WHEN_OLD)).isPresent() && !built) {
            policy.get().notice("is read as always: the worker asks the registry before each attempt");
            return Pull.ALWAYS;
        }
        return built ? Pull.MISSING : word.flatMap(Pull::of).orElse(Pull.MISSING);
    }

    private @Nullable BuildSpec build() {
        Optional<ConfigValue> build = present("build");
        boolean named = build.isPresent() || present("image").isPresent() || options.builtFromSource();
        if (service.isMapping() && !named) {
            service.problem("has neither image nor build", "Write one of them, or submit with --source");
        }
        if (build.isPresent()
                && get("image", ConfigValue::text)
                        .filter(image -> image.contains("@"))
                        .isPresent()) {
            build.get()
                    .problem(
                            "an image that is built cannot be named by a digest",
                            "Name the image without @sha256:…, or leave build out");
        }
        return build.map(field -> BuildReader.read(field, variables::get, options.files()))
                .orElse(null);
    }

    private void program(Map<String, String> environment) {
        List<String> parameters = Parameter.words(options.parameters());
        Optional<List<String>> command = present("command").map(ServiceReader::words);
        if (command.isEmpty() && !parameters.isEmpty()) {
            service.notice("has no command: the parameters are passed to the ENTRYPOINT instead of the image's CMD");
        }
        boolean any = command.isPresent() || !parameters.isEmpty();
        run.command(
                any
                        ? Stream.concat(command.stream().flatMap(List::stream), parameters.stream())
                                .toList()
                        : null);
        run.entrypoint(present("entrypoint").map(ServiceReader::words).orElse(null));
        run.environment(environment);
        run.init(get("init", field -> Optional.of(field.flag())).orElse(null));
    }

    /** A list, or a text that is split as in Compose. */
    private static List<String> words(ConfigValue field) {
        if (field.isList()) {
            field.items().stream()
                    .filter(ConfigValue::isNull)
                    .forEach(item -> item.problem(
                            "is null, which Compose refuses",
                            "Write \"~\" in quotes, \"\" for an empty word, or leave it out"));
            return field.items().stream().flatMap(item -> item.text().stream()).toList();
        }
        return field.text()
                .map(text -> {
                    try {
                        return ShellWords.split(text);
                    } catch (IllegalArgumentException e) {
                        field.problem(
                                String.valueOf(e.getMessage()),
                                "To run a shell, write a list such as [\"sh\", \"-c\", \"…\"]");
                        return List.<String>of();
                    }
                })
                .orElse(List.of());
    }

    private void places() {
        present("volumes").ifPresent(field -> {
            field.items().forEach(volumes::read);
            int most = RequestLimits.mostEntries("anonymousVolumes");
            if (volumes.anonymous().size() > most) {
                field.problem(
                        "has more than %d volumes without a name, the limit of a request".formatted(most),
                        "Write fewer");
            }
        });
        run.mounts(volumes.mounts()).outputs(volumes.outputs()).anonymousVolumes(volumes.anonymous());
        List<String> tmpfs = present("tmpfs")
                .map(field -> field.oneOrMore().stream()
                        .flatMap(item -> item
                                .matching("/.{1,4095}", "/path or /path:options")
                                .map(text -> {
                                    volumes.checkTmpfs(item, text);
                                    return text;
                                })
                                .stream())
                        .toList())
                .orElse(List.of());
        run.tmpfs(Stream.concat(tmpfs.stream(), volumes.tmpfs().stream()).toList());
        run.ports(Ports.ofCompose(present("ports").map(ConfigValue::items).orElse(List.of())));
    }

    private void limits() {
        Optional<Deploy> deploy = present("deploy").map(Deploy::new);
        Optional<ConfigValue> memory = one(present("mem_limit"), deploy.flatMap(Deploy::memory), ConfigValue::size);
        Optional<ConfigValue> cpus = one(
                present("cpus"),
                deploy.flatMap(Deploy::cpus),
                field -> field.cpus().map(BigDecimal::stripTrailingZeros));
        @Nullable DataSize most = memory.flatMap(ConfigValue::memory).orElse(null);
        Optional<ConfigValue> reservation =
                one(present("mem_reservation"), deploy.flatMap(Deploy::memoryReservation), ConfigValue::size);
        TuningReader.readMemory(reservation, present("memswap_limit"), most, run);
        run.sysctls(sysctls());
        Optional<ConfigValue> cpuLimit =
                cpus.filter(field -> !field.text().orElse("").matches("0(\\.0*)?"));
        Optional<BigDecimal> quota = CpuQuota.read(present("cpu_quota"), present("cpu_period"), cpuLimit);
        run.cpus(cpuLimit.flatMap(ConfigValue::cpus).or(() -> quota).orElse(null));
        Function<ConfigValue, Optional<Long>> number = field -> field.integer(-1, (1L << 53) - 1);
        run.pidsLimit(one(present("pids_limit"), deploy.flatMap(Deploy::pids), number)
                .flatMap(number)
                .orElse(null));
        run.ulimits(present("ulimits").map(ConfigValue::fields).orElse(List.of()).stream()
                .map(ServiceReader::ulimit)
                .toList());
    }

    /** Two keys for the same limit. */
    private static <T> Optional<ConfigValue> one(
            Optional<ConfigValue> first, Optional<ConfigValue> second, Function<ConfigValue, Optional<T>> meaning) {
        if (first.isPresent() && second.isPresent() && !isSame(first.get(), second.get(), meaning)) {
            first.get().problem("differs from %s".formatted(second.get().key()), "Keep one of the two");
        }
        return first.or(() -> second);
    }

    /** Whether both have the same text or the same value. */
    private static <T> boolean isSame(ConfigValue one, ConfigValue other, Function<ConfigValue, Optional<T>> meaning) {
        return one.text().equals(other.text()) || meaning.apply(one).equals(meaning.apply(other));
    }

    private static Ulimit ulimit(ConfigValue limit) {
        long most = (1L << 53) - 1;
        if (!LinuxVocabulary.ULIMITS.contains(limit.name())) {
            limit.problem("is not a limit", limit.nearest(LinuxVocabulary.ULIMITS));
        }
        if (!limit.isMapping()) {
            long both = limit.integer(-1, most).orElse(0L);
            return new Ulimit(limit.name(), both, both);
        }
        limit.allowOnly(List.of("soft", "hard"));
        Optional<Long> soft = limit.get("soft").flatMap(field -> field.integer(-1, most));
        Optional<Long> hard = limit.get("hard").flatMap(field -> field.integer(-1, most));
        if (soft.isEmpty() || hard.isEmpty()) {
            limit.problem("needs soft and hard", "Write both, or one number");
        } else if (hard.get() >= 0 && (soft.get() > hard.get() || soft.get() < 0)) {
            limit.problem("the soft limit is above the hard one", "Raise hard or lower soft");
        }
        return new Ulimit(limit.name(), soft.orElse(0L), hard.orElse(0L));
    }

    private void confinement() {
        Optional<String> mode =
                get("network_mode", field -> field.mode("host|none|bridge|default", "host, none or bridge"));
        mode.filter("host"::equals)
                .flatMap(_ -> present("network_mode"))
                .ifPresent(field -> field.notice(
                        "gives access beyond the container: the worker's policy decides whether it is granted"));
        Optional<String> network = network();
        run.networkMode(mode.or(() -> network).orElse(null));
        run.dnsSearch(present("dns_search").map(ConfigValue::oneOrMore).orElse(List.of()).stream()
                .flatMap(item -> item.searchDomain().stream())
                .toList());
        present("isolation").ifPresent(TuningReader::isolation);
        run.groupAdd(present("group_add").map(ConfigValue::items).orElse(List.of()).stream()
                .flatMap(item -> item.value().map(item::withText).stream())
                .flatMap(item -> item.matching("\\S{1,100}", "a group's name or number").stream())
                .toList());
        PrivilegesReader.read(service, run);
        get("platform", ConfigValue::platform)
                .ifPresent(_ -> present("platform")
                        .ifPresent(field -> field.notice("is not passed on: an image runs on the worker's platform")));
        present("scale").ifPresent(Deploy::once);
        run.extraHosts(present("extra_hosts").map(ServiceReader::hosts).orElse(List.of()));
    }

    private Optional<String> network() {
        Optional<ConfigValue> mode = present("network_mode");
        Optional<ConfigValue> networks = present("networks").filter(field -> !field.isBlank());
        if (networks.isEmpty()) {
            return mode.isPresent() ? Optional.empty() : Networks.readDefault(project.declared("networks"));
        }
        mode.ifPresent(field -> field.problem("cannot be combined with networks", "Keep one of the two"));
        return networks.flatMap(field -> Networks.read(field, project.declared("networks")));
    }

    private Map<String, String> sysctls() {
        Map<String, String> sysctls = new LinkedHashMap<>();
        present("sysctls")
                .ifPresent(field -> field.pairs(_ -> Optional.empty())
                        .forEach((name, value) -> TuningReader.sysctl(field, name, value, sysctls)));
        return sysctls;
    }

    private static List<String> hosts(ConfigValue field) {
        if (field.isMapping()) {
            return field.fields().stream()
                    .flatMap(host -> host.oneOrMore().stream()
                            .flatMap(item ->
                                    item.text().map(address -> item.withText(host.name() + ":" + address)).stream()))
                    .flatMap(item -> AddressingReader.host(item).stream())
                    .toList();
        }
        return field.items().stream()
                .flatMap(item -> AddressingReader.host(item).stream())
                .toList();
    }

    /** Labels of files first. A later file overrides an earlier one. */
    private Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        for (ConfigValue file :
                present("label_file").map(ConfigValue::oneOrMore).orElse(List.of())) {
            file.text().ifPresent(path -> {
                Optional<String> text = options.files().read(path);
                // Compose fills in only variables of the file itself.
                text.ifPresent(each -> EnvFile.read(each, path, Map.of(), labels, report));
                if (text.isEmpty()) {
                    file.missingFile(
                            path,
                            "Create it next to the compose file, or correct the path",
                            "Write its labels under labels");
                }
            });
        }
        present("labels")
                .ifPresent(field -> field.pairs(_ -> Optional.of("")).forEach((name, value) -> {
                    if (value.length() > LONGEST_LABEL) {
                        field.problem(
                                "the value of %s is longer than %,d characters, the limit of a request"
                                        .formatted(Excerpt.quote(name), LONGEST_LABEL),
                                "Write a shorter value");
                    }
                    labels.put(name, value);
                }));
        return labels;
    }

    @Override
    public List<ConfigValue> values(Setting setting) {
        Optional<ConfigValue> said = Optional.ofNullable(setting.key()).flatMap(this::present);
        return switch (setting.form()) {
            case LIST -> said.map(ConfigValue::items).orElse(List.of());
            case ONE_OR_MORE -> said.map(ConfigValue::oneOrMore).orElse(List.of());
            case TEXT, NUMBER, SWITCH -> said.stream().toList();
        };
    }

    @Override
    public boolean on(Setting setting) {
        return values(setting).stream().anyMatch(ConfigValue::flag);
    }

    private <T> Optional<T> get(String key, Function<ConfigValue, Optional<T>> reader) {
        return present(key).flatMap(reader);
    }

    /** A key without a value is ignored, as in Compose. */
    private Optional<ConfigValue> present(String key) {
        return service.get(key).filter(field -> !field.isNull() && !(TEXTS.contains(key) && field.isBlank()));
    }
}
