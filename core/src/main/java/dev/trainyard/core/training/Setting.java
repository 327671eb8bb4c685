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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A flag of {@code docker run} and the key of a compose file with the same meaning. If both have the same values, this class reads them;
 * otherwise the two readers do. This class also writes the flag for a given run.
 *
 * @param flag without dashes
 * @param letter its short form; a space if there is none
 * @param key null if Compose has none
 * @param reader null if the forms of compose file and run line differ, so that each has its own reader
 * @param values the values of the flag for a run, which is written once for each; for a switch an empty text
 */
public record Setting(
        String flag,
        char letter,
        @Nullable String key,
        Form form,
        @Nullable Reader reader,
        Function<RunSpec, List<String>> values) {

    /** The syntax of a setting. */
    public enum Form {
        /** A flag without a value; true or false in a compose file. */
        SWITCH,
        /** One text. An empty text counts as not set. */
        TEXT,
        /** One number or size. An empty text is a mistake. */
        NUMBER,
        /** A flag that may be repeated; a list in a compose file. */
        LIST,
        /** As {@link #LIST}, or a single text. */
        ONE_OR_MORE
    }

    /** In the order in which {@link #write} writes them. */
    public static final List<Setting> ALL = List.of(
            flag("workdir", 'w', "working_dir", Form.TEXT)
                    .one(
                            field -> field.matching(ContainerPath.FORM, "an absolute path in the container"),
                            RunSpecBuilder::workingDir)
                    .written(run -> run.program().workingDir()),
            flag("user", 'u', "user", Form.TEXT)
                    .one(field -> field.matching("(?s).{1,200}", "a user such as 1000:1000"), RunSpecBuilder::user)
                    .written(run -> run.program().user()),
            flag("volume", 'v', "volumes", Form.LIST).written(run -> volumes(run.storage())),
            flag("publish", 'p', "ports", Form.LIST)
                    .written(run -> each(run.network().ports(), Setting::publish)),
            flag("publish-all", 'P', null, Form.SWITCH)
                    .on(RunSpecBuilder::publishAll)
                    .written(run -> run.network().publishAll()),
            flag("expose", "expose", Form.LIST)
                    .all(Ports::exposed, RunSpecBuilder::expose)
                    .written(run -> run.network().expose()),
            flag("shm-size", "shm_size", Form.NUMBER)
                    .one(ConfigValue::size, RunSpecBuilder::shmSize)
                    .written(run -> run.storage().shmSize()),
            flag("ipc", "ipc", Form.TEXT)
                    .one(
                            field -> field.mode("host|private|shareable|none", "host, private, shareable or none"),
                            RunSpecBuilder::ipc)
                    .written(run -> run.isolation().ipc()),
            flag("ulimit", "ulimits", Form.LIST)
                    .written(run -> each(run.resources().ulimits(), Setting::ulimit)),
            flag("memory", 'm', "mem_limit", Form.NUMBER)
                    .written(run -> run.resources().memory()),
            flag("cpus", "cpus", Form.NUMBER).written(run -> run.resources().cpus()),
            flag("hostname", 'h', "hostname", Form.TEXT)
                    .one(ConfigValue::hostName, RunSpecBuilder::hostname)
                    .written(run -> run.network().hostname()),
            flag("init", "init", Form.SWITCH).written(run -> run.program().init()),
            flag("stop-signal", "stop_signal", Form.TEXT)
                    .one(ConfigValue::signal, RunSpecBuilder::stopSignal)
                    .written(run -> run.program().stopSignal()),
            flag("tmpfs", "tmpfs", Form.ONE_OR_MORE)
                    .written(run -> run.storage().tmpfs()),
            flag("cap-drop", "cap_drop", Form.LIST)
                    .each(ConfigValue::capability, RunSpecBuilder::capDrop)
                    .written(run -> run.isolation().capDrop()),
            flag("read-only", "read_only", Form.SWITCH)
                    .on(RunSpecBuilder::readOnly)
                    .written(run -> run.storage().readOnly()),
            flag("add-host", "extra_hosts", Form.LIST)
                    .written(run -> run.network().extraHosts()),
            flag("network", "network_mode", Form.LIST)
                    .written(run -> run.network().networkMode()),
            flag("tty", 't', "tty", Form.SWITCH)
                    .on(RunSpecBuilder::tty)
                    .written(run -> run.program().tty()),
            flag("interactive", 'i', "stdin_open", Form.SWITCH)
                    .on(RunSpecBuilder::stdinOpen)
                    .written(run -> run.program().stdinOpen()),
            flag("dns", "dns", Form.ONE_OR_MORE)
                    .each(field -> field.address("an IP address"), RunSpecBuilder::dns)
                    .written(run -> run.network().dns()),
            flag("group-add", "group_add", Form.LIST)
                    .written(run -> run.program().groupAdd()),
            flag("pids-limit", "pids_limit", Form.NUMBER)
                    .written(run -> run.resources().pidsLimit()),
            flag("privileged", "privileged", Form.SWITCH)
                    .written(run -> run.isolation().privileged()),
            flag("cap-add", "cap_add", Form.LIST).written(run -> run.isolation().capAdd()),
            flag("security-opt", "security_opt", Form.LIST)
                    .written(run -> run.isolation().securityOpt()),
            flag("pid", "pid", Form.TEXT).written(run -> run.isolation().pid()),
            flag("userns", "userns_mode", Form.TEXT)
                    .written(run -> run.isolation().userns()),
            flag("device", "devices", Form.LIST).written(run -> run.isolation().devices()),
            flag("cpuset-cpus", "cpuset", Form.TEXT)
                    .one(TuningReader::cpuset, RunSpecBuilder::cpusetCpus)
                    .written(run -> run.resources().cpusetCpus()),
            flag("cpuset-mems", null, Form.TEXT)
                    .one(TuningReader::cpuset, RunSpecBuilder::cpusetMems)
                    .written(run -> run.resources().cpusetMems()),
            flag("cpu-shares", 'c', "cpu_shares", Form.NUMBER)
                    .one(TuningReader::cpuShares, RunSpecBuilder::cpuShares)
                    .written(run -> run.resources().cpuShares()),
            flag("memory-reservation", "mem_reservation", Form.NUMBER)
                    .written(run -> run.resources().memoryReservation()),
            flag("memory-swap", "memswap_limit", Form.NUMBER)
                    .written(run -> run.resources().memorySwap()),
            flag("oom-score-adj", "oom_score_adj", Form.NUMBER)
                    .one(TuningReader::oomScoreAdj, RunSpecBuilder::oomScoreAdj)
                    .written(run -> run.resources().oomScoreAdj()),
            flag("cgroupns", "cgroup", Form.TEXT)
                    .one(
                            field -> TuningReader.namespace(field, "host|private", "host or private"),
                            RunSpecBuilder::cgroupns)
                    .written(run -> run.isolation().cgroupns()),
            flag("uts", "uts", Form.TEXT)
                    .one(field -> TuningReader.namespace(field, "host", "host"), RunSpecBuilder::uts)
                    .written(run -> run.isolation().uts()),
            flag("sysctl", "sysctls", Form.LIST)
                    .written(run ->
                            each(run.isolation().sysctls().entrySet(), pair -> pair.getKey() + "=" + pair.getValue())),
            flag("dns-search", "dns_search", Form.ONE_OR_MORE)
                    .written(run -> run.network().dnsSearch()),
            flag("dns-option", "dns_opt", Form.ONE_OR_MORE)
                    .each(ConfigValue::resolverOption, RunSpecBuilder::dnsOptions)
                    .written(run -> run.network().dnsOptions()),
            flag("domainname", "domainname", Form.TEXT)
                    .one(ConfigValue::hostName, RunSpecBuilder::domainname)
                    .written(run -> run.network().domainname()),
            flag("mac-address", "mac_address", Form.TEXT)
                    .one(ConfigValue::macAddress, RunSpecBuilder::macAddress)
                    .written(run -> run.network().macAddress()));

    /** Flags and keys that a training cannot have. */
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
                    "would block a training that needs too much memory, and also its host",
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
                    "would give the training control of the host's engine",
                    "Leave it out",
                    "Leave it out"));

    /**
     * A flag and a key that are refused.
     *
     * @param remedy what to write instead of the flag
     * @param keyRemedy what to write instead of the key
     */
    public record Refused(String flag, String key, Form form, String why, String remedy, String keyRemedy) {}

    /** Whether every value counts. Otherwise only the last one does. */
    public boolean isRepeated() {
        return form == Form.LIST || form == Form.ONE_OR_MORE;
    }

    /** The settings of a compose file or a run line. */
    public interface Said {

        /** Empty if not set. A setting that is not a list has at most one. */
        List<ConfigValue> values(Setting setting);

        /** Whether a switch is on. */
        boolean on(Setting setting);
    }

    /** Adds the values of a setting to a run. */
    public interface Reader {
        void read(Setting setting, Said said, RunSpecBuilder run);
    }

    /** Reads all settings that have the same form in both. */
    public static void read(Said said, RunSpecBuilder run) {
        for (Setting setting : ALL) {
            if (setting.reader != null) {
                setting.reader.read(setting, said, run);
            }
        }
    }

    private static Row flag(String flag, @Nullable String key, Form form) {
        return new Row(flag, ' ', key, form, null);
    }

    private static Row flag(String flag, char letter, @Nullable String key, Form form) {
        return new Row(flag, letter, key, form, null);
    }

    /** A setting without its {@code values}. */
    private record Row(
            String flag,
            char letter,
            @Nullable String key,
            Form form,
            @Nullable Reader reader) {

        <T> Row one(Function<ConfigValue, Optional<T>> meaning, BiConsumer<RunSpecBuilder, @Nullable T> to) {
            return with((setting, said, run) -> {
                Optional<ConfigValue> value = said.values(setting).stream().findFirst();
                to.accept(run, value.flatMap(meaning).orElse(null));
            });
        }

        Row all(Function<List<ConfigValue>, List<String>> meaning, BiConsumer<RunSpecBuilder, List<String>> to) {
            return with((setting, said, run) -> to.accept(run, meaning.apply(said.values(setting))));
        }

        Row each(Function<ConfigValue, Optional<String>> meaning, BiConsumer<RunSpecBuilder, List<String>> to) {
            return all(
                    fields -> fields.stream()
                            .flatMap(field -> meaning.apply(field).stream())
                            .toList(),
                    to);
        }

        Row on(BiConsumer<RunSpecBuilder, Boolean> to) {
            return with((setting, said, run) -> to.accept(run, said.on(setting)));
        }

        private Row with(Reader how) {
            return new Row(flag, letter, key, form, how);
        }

        Setting written(Function<RunSpec, @Nullable Object> value) {
            return new Setting(flag, letter, key, form, reader, run -> words(value.apply(run)));
        }
    }

    private static List<String> words(@Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case Boolean on -> on ? List.of("") : List.of();
            case List<?> list -> list.stream().map(String::valueOf).toList();
            case BigDecimal number -> List.of(number.toPlainString());
            default -> List.of(value.toString());
        };
    }

    private static <T> List<String> each(Collection<T> values, Function<T, String> writer) {
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
}
