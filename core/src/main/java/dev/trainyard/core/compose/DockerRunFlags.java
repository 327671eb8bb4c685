package dev.trainyard.core.compose;

import dev.trainyard.core.compose.RunFlag.Refusal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The flags of {@code docker run}: how each is written, and why a training cannot have some of them. */
final class DockerRunFlags {

    private static final String INEXPRESSIBLE = "cannot be passed on to the worker in this release";
    private static final String ONE_CONTAINER = "needs other containers of the host, and the worker chooses the host";
    private static final String TAKES_OVER = "is forbidden: a training must not take over its host";
    private static final String LEAVE_OUT = "Leave it out";
    private static final String CPUS = "Write --cpus N";

    private static final Map<String, RunFlag> BY_NAME = new LinkedHashMap<>();

    static {
        values("add-host", ' ');
        values("cap-add", ' ');
        values("cap-drop", ' ');
        value("cpus");
        toggle("detach", 'd');
        values("device", ' ');
        values("dns", ' ');
        value("entrypoint");
        values("env", 'e');
        values("env-file", ' ');
        values("gpus", ' ');
        values("group-add", ' ');
        value("hostname", 'h');
        toggle("init", ' ');
        toggle("interactive", 'i');
        value("ipc");
        values("label", 'l');
        values("label-file", ' ');
        value("memory", 'm');
        values("mount", ' ');
        value("name");
        values("network", ' ');
        value("pid");
        value("pids-limit");
        value("platform");
        toggle("privileged", ' ');
        values("publish", 'p');
        value("pull");
        toggle("read-only", ' ');
        value("restart");
        toggle("rm", ' ');
        value("runtime");
        values("security-opt", ' ');
        value("shm-size");
        value("stop-signal");
        value("stop-timeout");
        values("tmpfs", ' ');
        toggle("tty", 't');
        values("ulimit", ' ');
        value("user", 'u');
        value("userns");
        values("volume", 'v');
        value("workdir", 'w');

        refused("annotation", INEXPRESSIBLE, "Write --label");
        refused(
                "attach",
                'a',
                "is decided here: both streams are shown, and nothing is typed in",
                "Leave it out; -d returns at once");
        refused("blkio-weight", INEXPRESSIBLE, LEAVE_OUT);
        refused("blkio-weight-device", INEXPRESSIBLE, LEAVE_OUT);
        refused("cgroup-parent", TAKES_OVER, LEAVE_OUT);
        refused("cgroupns", TAKES_OVER, LEAVE_OUT);
        refused(
                "cidfile",
                "would hold the id of a container that is made later, on another host",
                "Leave it out; -d prints the job's id");
        refused("cpu-count", "is for Windows, and trainings run on Linux", CPUS);
        refused("cpu-percent", "is for Windows, and trainings run on Linux", CPUS);
        refused("cpu-period", INEXPRESSIBLE, CPUS);
        refused("cpu-quota", INEXPRESSIBLE, CPUS);
        refused("cpu-rt-period", INEXPRESSIBLE, CPUS);
        refused("cpu-rt-runtime", INEXPRESSIBLE, CPUS);
        refused("cpu-shares", 'c', "weighs against containers of a host that is not known yet", CPUS);
        refused("cpuset-cpus", "names CPUs of one host, which the job may not get", CPUS);
        refused("cpuset-mems", "names memory of one host, which the job may not get", "Write --memory SIZE");
        refused(
                "detach-keys",
                "means nothing here: nothing is typed into the container",
                "Leave it out; Ctrl-C asks whether to cancel the job");
        refused("device-cgroup-rule", TAKES_OVER, "Reserve GPUs with --gpus; name another device with --device");
        refused("device-read-bps", INEXPRESSIBLE, LEAVE_OUT);
        refused("device-read-iops", INEXPRESSIBLE, LEAVE_OUT);
        refused("device-write-bps", INEXPRESSIBLE, LEAVE_OUT);
        refused("device-write-iops", INEXPRESSIBLE, LEAVE_OUT);
        refusedSwitch(
                "disable-content-trust",
                "true",
                "cannot be turned off: workers verify no signatures",
                "Leave it out; name the image by its digest, IMAGE@sha256:…");
        refused("dns-opt", INEXPRESSIBLE, "Write --dns ADDRESS for name servers");
        refused("dns-option", INEXPRESSIBLE, "Write --dns ADDRESS for name servers");
        refused("dns-search", INEXPRESSIBLE, "Write full names, or --add-host NAME:ADDRESS");
        refused("domainname", INEXPRESSIBLE, "Write --hostname with the whole name");
        refused(
                "expose",
                "means nothing here: there are no containers to link",
                "Write --publish HOST:CONTAINER to reach a port");
        refused(
                "health-cmd",
                "means nothing to a training: it is well while it runs",
                "Leave it out; --time-limit ends one that hangs");
        refused("health-interval", "means nothing to a training: it is well while it runs", LEAVE_OUT);
        refused("health-retries", "means nothing to a training: it is well while it runs", LEAVE_OUT);
        refused("health-start-interval", "means nothing to a training: it is well while it runs", LEAVE_OUT);
        refused("health-start-period", "means nothing to a training: it is well while it runs", LEAVE_OUT);
        refused("health-timeout", "means nothing to a training: it is well while it runs", LEAVE_OUT);
        refused("io-maxbandwidth", "is for Windows, and trainings run on Linux", LEAVE_OUT);
        refused("io-maxiops", "is for Windows, and trainings run on Linux", LEAVE_OUT);
        refused(
                "ip",
                "is an address in a network of one host, which the job may not get",
                "Leave it out; --publish makes a port reachable");
        refused(
                "ip6",
                "is an address in a network of one host, which the job may not get",
                "Leave it out; --publish makes a port reachable");
        refused("isolation", "is for Windows, and trainings run on Linux", LEAVE_OUT);
        refused("kernel-memory", "is ignored by engines of today", "Write --memory SIZE");
        refused("link", ONE_CONTAINER, "Name the other machine with --add-host NAME:ADDRESS");
        refused("link-local-ip", "is an address in a network of one host, which the job may not get", LEAVE_OUT);
        refused(
                "log-driver",
                "is decided by the worker, which keeps the complete log",
                "Leave it out; read the log with trainyard logs");
        refused(
                "log-opt",
                "is decided by the worker, which keeps the complete log",
                "Leave it out; read the log with trainyard logs");
        refused("mac-address", INEXPRESSIBLE, LEAVE_OUT);
        refused("memory-reservation", "is no limit, and cannot be passed on", "Write --memory SIZE");
        refused("memory-swap", INEXPRESSIBLE, "Write --memory SIZE; the engine then allows as much swap again");
        refused("memory-swappiness", INEXPRESSIBLE, LEAVE_OUT);
        refused("network-alias", ONE_CONTAINER, "Leave it out; --publish makes a port reachable");
        refusedSwitch("no-healthcheck", "false", "means nothing to a training: no health is looked at", LEAVE_OUT);
        refusedSwitch(
                "oom-kill-disable",
                "false",
                "would hang a training that needs too much memory, and its host",
                LEAVE_OUT);
        refused("oom-score-adj", TAKES_OVER, LEAVE_OUT);
        refusedSwitch(
                "publish-all",
                'P',
                "false",
                "would publish ports that only the image knows",
                "Write --publish CONTAINER for each port");
        refusedSwitch(
                "quiet",
                'q',
                "false",
                "is decided by the worker, which tells how the pull goes",
                "Leave it out; -d prints the job's id alone");
        refusedSwitch("sig-proxy", "true", "is decided here: Ctrl-C asks whether to cancel the job", LEAVE_OUT);
        refused("storage-opt", INEXPRESSIBLE, LEAVE_OUT);
        refused("sysctl", INEXPRESSIBLE, "Set it on the worker's host");
        refusedSwitch("use-api-socket", "false", "would hand the host's engine to the training", LEAVE_OUT);
        refused("uts", TAKES_OVER, "Write --hostname NAME");
        refused(
                "volume-driver",
                INEXPRESSIBLE,
                "Create the volume on the worker's host, and name it with --volume NAME:PATH");
        refused("volumes-from", ONE_CONTAINER, "List the volumes with --volume SOURCE:TARGET");
    }

    /** Docker's other spellings. */
    private static final Map<String, String> ALIASES = Map.of("net", "network", "net-alias", "network-alias");

    private DockerRunFlags() {}

    static Optional<RunFlag> named(String name) {
        return Optional.ofNullable(BY_NAME.get(ALIASES.getOrDefault(name, name)));
    }

    static Optional<RunFlag> lettered(int letter) {
        return letter == ' '
                ? Optional.empty()
                : BY_NAME.values().stream()
                        .filter(flag -> flag.letter() == letter)
                        .findFirst();
    }

    static Collection<String> names() {
        return BY_NAME.keySet();
    }

    private static void add(RunFlag flag) {
        BY_NAME.put(flag.name(), flag);
    }

    private static void value(String name) {
        value(name, ' ');
    }

    private static void value(String name, char letter) {
        add(new RunFlag(name, letter, true, false, null));
    }

    private static void values(String name, char letter) {
        add(new RunFlag(name, letter, true, true, null));
    }

    private static void toggle(String name, char letter) {
        add(new RunFlag(name, letter, false, false, null));
    }

    private static void refused(String name, String why, String remedy) {
        refused(name, ' ', why, remedy);
    }

    private static void refused(String name, char letter, String why, String remedy) {
        add(new RunFlag(name, letter, true, true, new Refusal(why, remedy, "")));
    }

    private static void refusedSwitch(String name, String harmless, String why, String remedy) {
        refusedSwitch(name, ' ', harmless, why, remedy);
    }

    private static void refusedSwitch(String name, char letter, String harmless, String why, String remedy) {
        add(new RunFlag(name, letter, false, true, new Refusal(why, remedy, harmless)));
    }
}
