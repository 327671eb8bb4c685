package dev.trainyard.core.request;

import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxVocabulary;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Ulimit;
import dev.trainyard.core.training.Tmpfs;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the message's {@code run}. */
final class RunReader {

    private final JsonFields run;
    private final boolean isNew;

    /** @param isNew as for {@link RequestReader} */
    RunReader(JsonFields run, boolean isNew) {
        this.run = run;
        this.isNew = isNew;
    }

    RunSpec read() {
        Outputs outputs = outputs(run.object("outputs"));
        Set<String> targets = new HashSet<>(Set.of(outputs.target()));
        List<Mount> mounts = mounts(outputs, targets);
        if (isNew) {
            checkTmpfs(outputs, mounts);
            checkStopSignal();
        }
        return RunSpec.builder()
                .command(run.words("command"))
                .entrypoint(run.words("entrypoint"))
                .environment(run.texts("environment"))
                .publicVariables(list("publicVariables"))
                .workingDir(run.text("workingDir"))
                .user(run.text("user"))
                .outputs(outputs)
                .mounts(mounts)
                .ports(ports())
                .shmSize(run.size("shmSize"))
                .ipc(run.text("ipc"))
                .ulimits(run.list("ulimits").map(RunReader::ulimit).toList())
                .memory(run.size("memory"))
                .cpus(cpus())
                .hostname(run.text("hostname"))
                .init(run.has("init") ? (Boolean) run.flag("init") : null)
                .stopSignal(run.text("stopSignal"))
                .tmpfs(list("tmpfs"))
                .capDrop(list("capDrop"))
                .readOnly(run.flag("readOnly"))
                .extraHosts(list("extraHosts"))
                .networkMode(run.text("networkMode"))
                .tty(run.flag("tty"))
                .stdinOpen(run.flag("stdinOpen"))
                .dns(list("dns"))
                .groupAdd(list("groupAdd"))
                .pidsLimit(run.has("pidsLimit") ? (Long) run.integer("pidsLimit", 0) : null)
                .privileged(run.flag("privileged"))
                .capAdd(list("capAdd"))
                .securityOpt(list("securityOpt"))
                .pid(run.text("pid"))
                .userns(run.text("userns"))
                .devices(list("devices"))
                .anonymousVolumes(anonymousVolumes(targets))
                .expose(list("expose"))
                .publishAll(run.flag("publishAll"))
                .cpusetCpus(run.text("cpusetCpus"))
                .cpusetMems(run.text("cpusetMems"))
                .cpuShares(number("cpuShares"))
                .memoryReservation(run.size("memoryReservation"))
                .memorySwap(run.has("memorySwap") ? (Long) run.integer("memorySwap", 0) : null)
                .oomScoreAdj(number("oomScoreAdj"))
                .cgroupns(run.text("cgroupns"))
                .uts(run.text("uts"))
                .sysctls(run.texts("sysctls"))
                .dnsSearch(list("dnsSearch"))
                .dnsOptions(list("dnsOptions"))
                .domainname(run.text("domainname"))
                .macAddress(run.text("macAddress"))
                .build();
    }

    private List<String> list(String name) {
        return Objects.requireNonNullElse(run.words(name), List.of());
    }

    private void checkTmpfs(Outputs outputs, List<Mount> mounts) {
        List<String> targets = mounts.stream().map(Mount::target).toList();
        run.list("tmpfs")
                .forEach(tmpfs -> Tmpfs.faults(tmpfs.asText(), outputs.target(), targets)
                        .forEach(fault -> tmpfs.problem("", fault.what(), fault.remedy())));
    }

    /** The engine takes any number, and refuses it when it is to be sent. */
    private void checkStopSignal() {
        @Nullable String signal = run.text("stopSignal");
        if (signal != null && !LinuxVocabulary.isSignal(signal)) {
            run.problem(
                    "stopSignal",
                    "%s is no signal that Linux has".formatted(Excerpt.quote(signal)),
                    "Write one such as SIGINT, or a number from 1 to 64");
        }
    }

    /** The engine counts in billionths. */
    private @Nullable BigDecimal cpus() {
        @Nullable BigDecimal cpus = run.decimal("cpus");
        if (cpus != null && cpus.stripTrailingZeros().scale() > 9) {
            run.problem(
                    "cpus", "has more than nine decimals", "Give a number of CPUs from 0.01 on, for example 4 or 1.5");
            return null;
        }
        return cpus;
    }

    private static Outputs outputs(JsonFields outputs) {
        String target = outputs.plainPath("target", outputs.text("target", Outputs.MANAGED.target()));
        @Nullable String location = outputs.text("location");
        return new Outputs(target, location == null ? null : outputs.plainPath("location", location));
    }

    private List<String> anonymousVolumes(Set<String> targets) {
        return run.list("anonymousVolumes")
                .map(volume -> {
                    String target = volume.plainPath("", volume.asText());
                    if (!targets.add(target)) {
                        volume.problem(
                                "", "%s is mounted twice".formatted(Excerpt.path(target)), "Mount each path once");
                    }
                    return target;
                })
                .toList();
    }

    private @Nullable Integer number(String name) {
        return run.has(name) ? (Integer) (int) run.integer(name, 0) : null;
    }

    private List<Mount> mounts(Outputs outputs, Set<String> targets) {
        return run.list("mounts")
                .map(mount -> {
                    String source = mount.plainPath("source", mount.text("source", ""));
                    String target = mount.plainPath("target", mount.text("target", ""));
                    if (!targets.add(target)) {
                        mount.problem(
                                "target",
                                "%s is mounted twice (the outputs are mounted at %s)"
                                        .formatted(Excerpt.path(target), outputs.target()),
                                "Mount each path once; a place for the results is named by run.outputs.location");
                    }
                    @Nullable String propagation = mount.text("propagation");
                    if (propagation != null && !source.startsWith("/")) {
                        mount.problem(
                                "propagation",
                                "is given for a volume",
                                "Leave it out; only a path of the host has one");
                    }
                    if (mount.flag("noCopy") && source.startsWith("/")) {
                        mount.problem(
                                "noCopy", "is given for a path of the host", "Leave it out; only a volume is filled");
                    }
                    return new Mount(source, target, mount.flag("readOnly"), propagation, mount.flag("noCopy"));
                })
                .toList();
    }

    private List<PortMapping> ports() {
        Set<String> taken = new HashSet<>();
        return run.list("ports")
                .map(port -> {
                    @Nullable Integer host = port.has("host") ? (Integer) (int) port.integer("host", 0) : null;
                    PortMapping mapping = new PortMapping(
                            port.text("hostIp"),
                            host,
                            port.has("hostLast") ? (Integer) (int) port.integer("hostLast", 0) : null,
                            (int) port.integer("container", 0),
                            port.text("protocol", "tcp"));
                    if (mapping.hostLast() != null && (host == null || mapping.hostLast() <= host)) {
                        port.problem(
                                "hostLast", "is not above host", "Give the first port as host, and a later one here");
                    }
                    if (mapping.isExact() && !taken.add(mapping.hostIp() + "/" + host + "/" + mapping.protocol())) {
                        port.problem(
                                "host", "port %d is published twice".formatted(host), "Publish each host port once");
                    }
                    return mapping;
                })
                .toList();
    }

    private static Ulimit ulimit(JsonFields ulimit) {
        long soft = ulimit.integer("soft", 0);
        long hard = ulimit.integer("hard", 0);
        if (hard >= 0 && (soft > hard || soft < 0)) {
            ulimit.problem("soft", "the soft limit is above the hard one", "Raise hard, or lower soft");
        }
        return new Ulimit(ulimit.text("name", ""), soft, hard);
    }
}
