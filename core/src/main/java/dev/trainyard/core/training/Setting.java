package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Storage;
import dev.trainyard.core.training.RunSpec.Ulimit;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A flag of {@code docker run} that says how a container runs, and the key of a compose file that says the same. What both say alike is
 * read here; the others are read by the two readers. Each is written here as the flag.
 *
 * @param flag without dashes
 * @param letter its short form; a space: none
 * @param key null: Compose has none
 * @param reader null: a compose file and a run line say it in different ways, and their readers read it
 * @param values what is written after the flag, once for each; of a switch an empty text
 */
public record Setting(
        String flag,
        char letter,
        @Nullable String key,
        Form form,
        @Nullable Reader reader,
        Function<RunSpec, List<String>> values) {

    /** How a setting is written. */
    public enum Form {
        /** A flag without a value; true or false in a compose file. */
        SWITCH,
        /** One text; an empty one says nothing. */
        TEXT,
        /** One number or size; an empty one is a mistake. */
        NUMBER,
        /** A flag that is repeated; a list in a compose file. */
        LIST,
        /** As {@link #LIST}, or a single text. */
        ONE_OR_MORE
    }

    /** In the order in which they are written. */
    public static final List<Setting> ALL = List.of(
            text(
                    "workdir",
                    'w',
                    "working_dir",
                    field -> field.matching(ContainerPath.FORM, "an absolute path in the container"),
                    RunSpecBuilder::workingDir,
                    run -> run.program().workingDir()),
            text(
                    "user",
                    'u',
                    "user",
                    field -> field.matching("(?s).{1,200}", "a user such as 1000:1000"),
                    RunSpecBuilder::user,
                    run -> run.program().user()),
            apart("volume", 'v', "volumes", Form.LIST, run -> volumes(run.storage())),
            apart(
                    "publish",
                    'p',
                    "ports",
                    Form.LIST,
                    run -> written(run.network().ports(), Setting::publish)),
            toggle(
                    "publish-all",
                    'P',
                    null,
                    RunSpecBuilder::publishAll,
                    run -> run.network().publishAll()),
            list(
                    "expose",
                    "expose",
                    Form.LIST,
                    Ports::exposed,
                    RunSpecBuilder::expose,
                    run -> run.network().expose()),
            number(
                    "shm-size",
                    ' ',
                    "shm_size",
                    ConfigValue::size,
                    RunSpecBuilder::shmSize,
                    run -> run.storage().shmSize()),
            text(
                    "ipc",
                    ' ',
                    "ipc",
                    field -> field.mode("host|private|shareable|none", "host, private, shareable or none"),
                    RunSpecBuilder::ipc,
                    run -> run.isolation().ipc()),
            apart(
                    "ulimit",
                    ' ',
                    "ulimits",
                    Form.LIST,
                    run -> written(run.resources().ulimits(), Setting::ulimit)),
            apart(
                    "memory",
                    'm',
                    "mem_limit",
                    Form.NUMBER,
                    run -> one(run.resources().memory())),
            apart("cpus", ' ', "cpus", Form.NUMBER, run -> cpus(run.resources().cpus())),
            text(
                    "hostname",
                    'h',
                    "hostname",
                    ConfigValue::hostName,
                    RunSpecBuilder::hostname,
                    run -> run.network().hostname()),
            apart(
                    "init",
                    ' ',
                    "init",
                    Form.SWITCH,
                    run -> on(Boolean.TRUE.equals(run.program().init()))),
            text(
                    "stop-signal",
                    ' ',
                    "stop_signal",
                    ConfigValue::signal,
                    RunSpecBuilder::stopSignal,
                    run -> run.program().stopSignal()),
            apart("tmpfs", ' ', "tmpfs", Form.ONE_OR_MORE, run -> run.storage().tmpfs()),
            list(
                    "cap-drop",
                    "cap_drop",
                    Form.LIST,
                    fields -> each(fields, ConfigValue::capability),
                    RunSpecBuilder::capDrop,
                    run -> run.isolation().capDrop()),
            toggle(
                    "read-only",
                    ' ',
                    "read_only",
                    RunSpecBuilder::readOnly,
                    run -> run.storage().readOnly()),
            apart(
                    "add-host",
                    ' ',
                    "extra_hosts",
                    Form.LIST,
                    run -> run.network().extraHosts()),
            apart(
                    "network",
                    ' ',
                    "network_mode",
                    Form.LIST,
                    run -> one(run.network().networkMode())),
            toggle("tty", 't', "tty", RunSpecBuilder::tty, run -> run.program().tty()),
            toggle(
                    "interactive",
                    'i',
                    "stdin_open",
                    RunSpecBuilder::stdinOpen,
                    run -> run.program().stdinOpen()),
            list(
                    "dns",
                    "dns",
                    Form.ONE_OR_MORE,
                    fields -> each(fields, field -> field.address("an IP address")),
                    RunSpecBuilder::dns,
                    run -> run.network().dns()),
            apart("group-add", ' ', "group_add", Form.LIST, run -> run.program().groupAdd()),
            apart(
                    "pids-limit",
                    ' ',
                    "pids_limit",
                    Form.NUMBER,
                    run -> one(run.resources().pidsLimit())),
            apart(
                    "privileged",
                    ' ',
                    "privileged",
                    Form.SWITCH,
                    run -> on(run.isolation().privileged())),
            apart("cap-add", ' ', "cap_add", Form.LIST, run -> run.isolation().capAdd()),
            apart(
                    "security-opt",
                    ' ',
                    "security_opt",
                    Form.LIST,
                    run -> run.isolation().securityOpt()),
            apart("pid", ' ', "pid", Form.TEXT, run -> one(run.isolation().pid())),
            apart(
                    "userns",
                    ' ',
                    "userns_mode",
                    Form.TEXT,
                    run -> one(run.isolation().userns())),
            apart("device", ' ', "devices", Form.LIST, run -> run.isolation().devices()),
            text(
                    "cpuset-cpus",
                    ' ',
                    "cpuset",
                    TuningReader::cpuset,
                    RunSpecBuilder::cpusetCpus,
                    run -> run.resources().cpusetCpus()),
            text(
                    "cpuset-mems",
                    ' ',
                    null,
                    TuningReader::cpuset,
                    RunSpecBuilder::cpusetMems,
                    run -> run.resources().cpusetMems()),
            number(
                    "cpu-shares",
                    'c',
                    "cpu_shares",
                    TuningReader::cpuShares,
                    RunSpecBuilder::cpuShares,
                    run -> run.resources().cpuShares()),
            apart(
                    "memory-reservation",
                    ' ',
                    "mem_reservation",
                    Form.NUMBER,
                    run -> one(run.resources().memoryReservation())),
            apart(
                    "memory-swap",
                    ' ',
                    "memswap_limit",
                    Form.NUMBER,
                    run -> one(run.resources().memorySwap())),
            number(
                    "oom-score-adj",
                    ' ',
                    "oom_score_adj",
                    TuningReader::oomScoreAdj,
                    RunSpecBuilder::oomScoreAdj,
                    run -> run.resources().oomScoreAdj()),
            text(
                    "cgroupns",
                    ' ',
                    "cgroup",
                    field -> TuningReader.namespace(field, "host|private", "host or private"),
                    RunSpecBuilder::cgroupns,
                    run -> run.isolation().cgroupns()),
            text(
                    "uts",
                    ' ',
                    "uts",
                    field -> TuningReader.namespace(field, "host", "host"),
                    RunSpecBuilder::uts,
                    run -> run.isolation().uts()),
            apart(
                    "sysctl",
                    ' ',
                    "sysctls",
                    Form.LIST,
                    run -> written(
                            run.isolation().sysctls().entrySet(), pair -> pair.getKey() + "=" + pair.getValue())),
            apart(
                    "dns-search",
                    ' ',
                    "dns_search",
                    Form.ONE_OR_MORE,
                    run -> run.network().dnsSearch()),
            list(
                    "dns-option",
                    "dns_opt",
                    Form.ONE_OR_MORE,
                    fields -> each(fields, ConfigValue::resolverOption),
                    RunSpecBuilder::dnsOptions,
                    run -> run.network().dnsOptions()),
            text(
                    "domainname",
                    ' ',
                    "domainname",
                    ConfigValue::hostName,
                    RunSpecBuilder::domainname,
                    run -> run.network().domainname()),
            text(
                    "mac-address",
                    ' ',
                    "mac_address",
                    ConfigValue::macAddress,
                    RunSpecBuilder::macAddress,
                    run -> run.network().macAddress()));

    /** What both have and a training has not. */
    public static final List<Refused> REFUSED = List.of(
            new Refused(
                    "cgroup-parent",
                    "cgroup_parent",
                    Form.TEXT,
                    "names a control group of the host, but the engine on the host assigns it",
                    "Leave it out",
                    "Leave it out"),
            new Refused(
                    "device-cgroup-rule",
                    "device_cgroup_rules",
                    Form.LIST,
                    "opens devices of the host by number, including GPUs that are reserved for others",
                    "Reserve GPUs with --gpus. For another device, use --device",
                    "Reserve GPUs with gpus or deploy.resources.reservations.devices"),
            new Refused(
                    "oom-kill-disable",
                    "oom_kill_disable",
                    Form.SWITCH,
                    "would hang a training that needs too much memory, and its host",
                    "Leave it out",
                    "Leave it out"),
            new Refused(
                    "storage-opt",
                    "storage_opt",
                    Form.LIST,
                    "cannot be passed on to the worker in this release",
                    "Leave it out",
                    "Leave it out"),
            new Refused(
                    "use-api-socket",
                    "use_api_socket",
                    Form.SWITCH,
                    "would hand the host's engine to the training",
                    "Leave it out",
                    "Leave it out"));

    /**
     * A flag and a key that are refused.
     *
     * @param remedy of the flag
     * @param keyRemedy of the key
     */
    public record Refused(String flag, String key, Form form, String why, String remedy, String keyRemedy) {}

    /** Whether every value counts, and not the last one alone. */
    public boolean isRepeated() {
        return form == Form.LIST || form == Form.ONE_OR_MORE;
    }

    /** What a compose file or a run line says. */
    public interface Said {

        /** None if nothing is said; of a setting that is no list one at most. */
        List<ConfigValue> values(Setting setting);

        /** Whether a switch is on. */
        boolean on(Setting setting);
    }

    /** Puts what is said of a setting into a run. */
    public interface Reader {
        void read(Setting setting, Said said, RunSpecBuilder run);
    }

    /** Reads every setting that is said alike in both. */
    public static void read(Said said, RunSpecBuilder run) {
        for (Setting setting : ALL) {
            if (setting.reader != null) {
                setting.reader.read(setting, said, run);
            }
        }
    }

    private static <T> Setting text(
            String flag,
            char letter,
            @Nullable String key,
            Function<ConfigValue, Optional<T>> reader,
            BiConsumer<RunSpecBuilder, @Nullable T> to,
            Function<RunSpec, @Nullable T> from) {
        return single(flag, letter, key, Form.TEXT, reader, to, from);
    }

    private static <T> Setting number(
            String flag,
            char letter,
            String key,
            Function<ConfigValue, Optional<T>> reader,
            BiConsumer<RunSpecBuilder, @Nullable T> to,
            Function<RunSpec, @Nullable T> from) {
        return single(flag, letter, key, Form.NUMBER, reader, to, from);
    }

    private static <T> Setting single(
            String flag,
            char letter,
            @Nullable String key,
            Form form,
            Function<ConfigValue, Optional<T>> reader,
            BiConsumer<RunSpecBuilder, @Nullable T> to,
            Function<RunSpec, @Nullable T> from) {
        return new Setting(
                flag,
                letter,
                key,
                form,
                (setting, said, run) -> to.accept(
                        run,
                        said.values(setting).stream()
                                .findFirst()
                                .flatMap(reader)
                                .orElse(null)),
                run -> one(from.apply(run)));
    }

    private static Setting list(
            String flag,
            String key,
            Form form,
            Function<List<ConfigValue>, List<String>> reader,
            BiConsumer<RunSpecBuilder, List<String>> to,
            Function<RunSpec, List<String>> from) {
        return new Setting(
                flag, ' ', key, form, (setting, said, run) -> to.accept(run, reader.apply(said.values(setting))), from);
    }

    private static Setting toggle(
            String flag,
            char letter,
            @Nullable String key,
            BiConsumer<RunSpecBuilder, Boolean> to,
            Predicate<RunSpec> from) {
        return new Setting(
                flag,
                letter,
                key,
                Form.SWITCH,
                (setting, said, run) -> to.accept(run, said.on(setting)),
                run -> on(from.test(run)));
    }

    private static Setting apart(
            String flag, char letter, String key, Form form, Function<RunSpec, List<String>> values) {
        return new Setting(flag, letter, key, form, null, values);
    }

    private static List<String> one(@Nullable Object value) {
        return value == null ? List.of() : List.of(value.toString());
    }

    private static List<String> on(boolean on) {
        return on ? List.of("") : List.of();
    }

    private static List<String> each(List<ConfigValue> fields, Function<ConfigValue, Optional<String>> reader) {
        return fields.stream().flatMap(field -> reader.apply(field).stream()).toList();
    }

    private static <T> List<String> written(Collection<T> values, Function<T, String> writer) {
        return values.stream().map(writer).toList();
    }

    private static List<String> volumes(Storage storage) {
        String location = storage.outputs().location();
        String outputs = (location == null ? "<managed outputs>" : location) + ":"
                + storage.outputs().target();
        return Stream.of(
                        storage.mounts().stream().map(Setting::volume),
                        Stream.of(outputs),
                        storage.anonymousVolumes().stream())
                .flatMap(Function.identity())
                .toList();
    }

    private static String volume(Mount mount) {
        String options = Stream.of(
                        mount.readOnly() ? "ro" : "",
                        String.valueOf(mount.propagation()),
                        mount.noCopy() ? "nocopy" : "")
                .filter(option -> !option.isEmpty() && !option.equals("null"))
                .collect(Collectors.joining(","));
        return mount.source() + ":" + mount.target() + (options.isEmpty() ? "" : ":" + options);
    }

    private static String publish(PortMapping port) {
        String ip = port.hostIp() == null
                ? ""
                : port.hostIp().contains(":") ? "[" + port.hostIp() + "]:" : port.hostIp() + ":";
        String host = port.host() == null ? (ip.isEmpty() ? "" : ":") : hostPorts(port) + ":";
        return ip + host + port.container() + (port.protocol().equals("tcp") ? "" : "/" + port.protocol());
    }

    private static String hostPorts(PortMapping port) {
        return port.host() + (port.hostLast() == null ? "" : "-" + port.hostLast());
    }

    private static String ulimit(Ulimit limit) {
        return limit.name() + "=" + limit.soft() + (limit.soft() == limit.hard() ? "" : ":" + limit.hard());
    }

    private static List<String> cpus(@Nullable BigDecimal cpus) {
        return cpus == null ? List.of() : List.of(cpus.toPlainString());
    }
}
