package dev.trainyard.worker.policy;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.DurationText;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxCapability;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Isolation;
import dev.trainyard.core.training.RunSpec.Resources;
import dev.trainyard.worker.engine.EngineVolume;
import dev.trainyard.worker.policy.MountRules.Access;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a container may use of its host. Everything that is not explicitly allowed is refused. {@code --privileged} and the host's NVIDIA
 * devices are always refused, because with them a container could use GPUs that are reserved for others.
 *
 * @param origin source of the policy, for people
 * @param mounts folders of the host and Docker volumes that may be mounted
 * @param networks values of {@code docker run --network}: {@code bridge}, {@code none}, a network's name, {@code host}
 * @param ipc as {@code --ipc}
 * @param pid as {@code --pid}
 * @param userns as {@code --userns}
 * @param uts as {@code --uts}
 * @param cgroupns as {@code --cgroupns}
 * @param capAdd in capitals, without {@code CAP_}
 * @param securityOpt as {@code --security-opt}, compared exactly
 * @param devices paths in {@code /dev}
 * @param gracePeriod maximum time between the stop signal and SIGKILL
 * @param memory maximum and default memory limit of a container; null for all that the host offers
 * @param pids the same for processes and threads; −1 for unlimited
 * @param rootFileSystem limit for writes to a container's root file system; null for no limit
 * @param builtNames who can use the names that builds give
 * @param addUrls whether ADD in a Dockerfile may fetch a URL
 * @param buildNetwork network of the containers in which RUN of a Dockerfile runs: {@link #GUARDED}, or as {@code docker run --network}
 */
public record Policy(
        String origin,
        MountRules mounts,
        Set<String> networks,
        Set<String> ipc,
        Set<String> pid,
        Set<String> userns,
        Set<String> uts,
        Set<String> cgroupns,
        Set<String> capAdd,
        Set<String> securityOpt,
        Set<String> devices,
        Duration gracePeriod,
        @Nullable DataSize memory,
        long pids,
        @Nullable DataSize rootFileSystem,
        BuiltNames builtNames,
        boolean addUrls,
        String buildNetwork) {

    /** Prefix of GPU devices, which are reserved for jobs individually. */
    static final String NVIDIA = "/dev/nvidia";

    /** Devices that bypass the host's permissions. */
    private static final String MEMORY_OR_DISK =
            "/dev/(k?mem|port|kmsg|(sd|vd|xvd|hd|nvme|dm-|md|loop|sg)\\w*|mapper/.*|disk/.*)";

    /** Capabilities that give control of the host. A policy file can allow them, but no message proposes this. */
    private static final Set<String> TAKE_OVER = Set.of(
            "BPF",
            "DAC_READ_SEARCH",
            "MAC_ADMIN",
            "MAC_OVERRIDE",
            "SYS_ADMIN",
            "SYS_BOOT",
            "SYS_MODULE",
            "SYS_RAWIO",
            "SYS_TIME");

    /** Value of buildNetwork: Trainyard's network without access to link-local addresses. */
    public static final String GUARDED = "guarded";

    private static final String HOST = "host";
    private static final String LOWER_OOM_SCORE = "SYS_RESOURCE";

    /** Value of pids and rootFileSystem in the file. */
    static final String UNLIMITED = "unlimited";

    private static final int FEW = 6;

    /** The usual CPU shares of a container. */
    private static final int USUAL_SHARES = 1024;

    /** Who can use the names that builds give to images. */
    public enum BuiltNames {
        /** Only jobs of the build's team. */
        OWN,
        /** All jobs, because the engine gets the names. */
        ANY;

        /** The spelling in the file. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The policy without a file: the usual folders for data and results, and everything that affects only the container. Of the
     * capabilities: Docker's defaults without {@code MKNOD}, and those for profilers and locked memory within the container's namespaces.
     * Not {@code MKNOD}, because a user of the host opens the device files of a container through {@code /proc/PID/root}, if a process in
     * it has the same user id. Not {@code SYS_NICE}, because a real-time priority takes precedence over all programs of the host.
     */
    static final Policy BUILT_IN = new Policy(
            "the built-in policy",
            new MountRules(
                    Map.of(Path.of("/data"), Access.READ_WRITE, Path.of("/logs"), Access.READ_WRITE),
                    new MountRules.Volumes(true, false, Set.of())),
            Set.of("bridge", "none"),
            Set.of("private", "shareable", "none"),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of("private"),
            Set.of(
                    "AUDIT_WRITE",
                    "CHOWN",
                    "DAC_OVERRIDE",
                    "FOWNER",
                    "FSETID",
                    "IPC_LOCK",
                    "KILL",
                    "NET_BIND_SERVICE",
                    "NET_RAW",
                    "SETFCAP",
                    "SETGID",
                    "SETPCAP",
                    "SETUID",
                    "SYS_CHROOT",
                    "SYS_PTRACE"),
            Set.of("no-new-privileges", "no-new-privileges:true"),
            Set.of(),
            Duration.ofMinutes(10),
            null,
            16_384,
            null,
            BuiltNames.OWN,
            false,
            GUARDED);

    /**
     * Loads a host's policy.
     *
     * @param file null for {@code /etc/trainyard/policy.yml} if it exists, else the built-in policy
     * @throws PolicyProblem if the file cannot be read or is not valid
     */
    public static Policy load(@Nullable Path file) {
        return PolicyFile.load(file);
    }

    /** The effective grace period: the shorter of the request's and the policy's. */
    public Duration graceOf(Duration wanted) {
        return wanted.compareTo(gracePeriod) <= 0 ? wanted : gracePeriod;
    }

    /** A message for people if the effective grace period is shorter than the requested one. Otherwise empty. */
    public Optional<String> shorterGrace(Duration wanted) {
        return wanted.compareTo(gracePeriod) <= 0
                ? Optional.empty()
                : Optional.of(
                        "the grace period of %s is cut to %s: the rule gracePeriod of %s allows no longer one on this host"
                                .formatted(DurationText.of(wanted), DurationText.of(gracePeriod), origin));
    }

    /** The same policy, limited to the memory that the host offers. */
    public Policy within(DataSize offered) {
        DataSize most = memory == null || memory.bytes() > offered.bytes() ? offered : memory;
        return new Policy(
                origin,
                mounts,
                networks,
                ipc,
                pid,
                userns,
                uts,
                cgroupns,
                capAdd,
                securityOpt,
                devices,
                gracePeriod,
                most,
                pids,
                rootFileSystem,
                builtNames,
                addUrls,
                buildNetwork);
    }

    /** The memory limit of a container; null for no limit. A wish for 0 is no wish, since the engine would set no limit. */
    public @Nullable DataSize memoryOf(RunSpec run) {
        @Nullable DataSize wanted = run.resources().memory();
        return wanted == null || wanted.bytes() == 0 ? memory : wanted;
    }

    /** @param why why the engine cannot enforce the rule */
    public String uselessRootFileSystem(String why) {
        return "The rule rootFileSystem of %s cannot hold, since the engine refuses it: %s. Write rootFileSystem: unlimited, or give the engine's data a file system that can: XFS mounted with pquota (for overlay2), btrfs or zfs."
                .formatted(origin, why);
    }

    /** The limit of processes and threads of a container; −1 for unlimited. A wish for 0 is no wish, as for memory. */
    public long pidsOf(RunSpec run) {
        @Nullable Long wanted = run.resources().pidsLimit();
        return wanted == null || wanted == 0 ? pids : wanted;
    }

    /**
     * What the policy refuses of a run: one sentence for each, with the rule, its origin and the remedy. Empty if everything is allowed.
     *
     * @param granted absolute paths that the submitter may mount in place: he may do so without Trainyard as well, so no rule counts for them
     */
    public List<String> refusals(RunSpec run, List<String> granted, HostFiles files) {
        Refusals refusals = new Refusals(origin);
        mounts.check(run.storage(), granted, files, refusals);
        String network = run.network().networkMode();
        if (network != null && !network.equals("default")) {
            check("networks", "the network", network, networks, refusals);
        }
        checkIpc(run.isolation().ipc(), refusals);
        checkLimits(run, refusals);
        checkPriorities(run.resources(), refusals);
        checkPrivileges(run.isolation(), refusals);
        checkOomScore(run.resources().oomScoreAdj(), refusals);
        return refusals.told(this::remedy);
    }

    /**
     * What the policy refuses of a run's volumes.
     *
     * @param present the run's volumes that exist on the host, by name; a missing one is created for the team
     */
    public List<String> refusalsOfVolumes(
            RunSpec run, @Nullable String team, Map<String, EngineVolume> present, HostFiles files) {
        Refusals refusals = new Refusals(origin);
        mounts.checkVolumes(run.storage(), team, present, files, refusals);
        return refusals.told(this::remedy);
    }

    /** As {@link #refusals}, only for an output location and where it leads now. Call it before reading or writing there. */
    public List<String> refusalsOfPlace(Path place, HostFiles files) {
        Refusals refusals = new Refusals(origin);
        mounts.checkFolder(place.toString(), false, files, refusals);
        return refusals.told(this::remedy);
    }

    /**
     * The outermost folder of the rule {@code mounts} that contains a location. Containers can change everything in this folder, but not the
     * path to it.
     *
     * @param real a path without links
     */
    public Optional<Path> folderOf(Path real, HostFiles files) {
        return mounts.folderOf(real, files);
    }

    /** Writable folders of the policy that no job may write to now, because other users have access: one sentence for each. */
    public List<String> openFolders(HostFiles files) {
        return mounts.openFolders(files);
    }

    /** Why a folder that was granted cannot be mounted in place; a sentence. */
    public static Optional<String> objectionInPlace(String source, boolean readOnly, HostFiles files) {
        return MountRules.objectionInPlace(source, readOnly, files);
    }

    /**
     * Checks an instruction of a Dockerfile that may make the engine fetch a URL.
     *
     * @return empty if it is allowed
     */
    public Optional<String> refusalOfDownload(String instruction) {
        if (addUrls) {
            return Optional.empty();
        }
        Refusals refusals = new Refusals(origin);
        refusals.add(
                "addUrls",
                refusals.sentence("addUrls", "the Dockerfile's " + Excerpt.quote(instruction), "is not allowed")
                        + " The engine would fetch it in the network of the host, where it reaches what no container does."
                        + " Write RUN with curl or wget; before a file of the source whose name is in a variable write ./, as in ADD ./$FILE.",
                "true");
        return Optional.of(refusals.told(this::remedy).getFirst());
    }

    /**
     * The refusal of a build in a network that is not guarded.
     *
     * @param why why it is not guarded, a sentence without the full stop
     */
    public String refusalOfNetwork(String why) {
        Refusals refusals = new Refusals(origin);
        refusals.add(
                "buildNetwork",
                refusals.sentence(
                                "buildNetwork",
                                "a build whose steps could reach link-local addresses",
                                "is not allowed")
                        + " " + why + ". In the network bridge steps reach them, as containers do.",
                "bridge");
        return refusals.told(this::remedy).getFirst();
    }

    private void checkLimits(RunSpec run, Refusals refusals) {
        if (memory != null
                && run.resources().memory() != null
                && run.resources().memory().bytes() > memory.bytes()) {
            refusals.add(
                    "memory",
                    refusals.sentence(
                            "memory", "more memory than %d MiB".formatted(memory.bytes() >> 20), "is not allowed"),
                    run.resources().memory().toString());
        }
        Long swap = run.resources().memorySwap();
        // Without a swap setting, the engine allows as much swap as memory.
        if (memory != null && swap != null && (swap < 0 || swap - memory.bytes() > memory.bytes())) {
            long most = memory.bytes() >> 19;
            refusals.add(refusals.sentence(
                            "memory", "more memory and swap together than %d MiB".formatted(most), "is not allowed")
                    + " Write %dm at most as memorySwap (--memory-swap, memswap_limit), or leave it out."
                            .formatted(most));
        }
        Long wanted = run.resources().pidsLimit();
        if (pids >= 0 && wanted != null && (wanted < 0 || wanted > pids)) {
            refusals.add(
                    "pids",
                    refusals.sentence("pids", "more processes and threads than " + pids, "are not allowed"),
                    wanted < 0 ? UNLIMITED : wanted.toString());
        }
    }

    private void checkIpc(@Nullable String wanted, Refusals refusals) {
        if (wanted != null && wanted.equals(HOST) && !ipc.contains(HOST)) {
            refusals.add(
                    "ipc",
                    refusals.sentence("ipc", "the IPC namespace 'host'", "is not allowed")
                            + " In it a container reads and writes the shared memory of the host's own programs."
                            + " For data loaders, which want more shared memory, write shm_size: 8gb (--shm-size 8g) instead.",
                    HOST);
        } else {
            check("ipc", "the IPC namespace", wanted, ipc, refusals);
        }
    }

    /** The engine sets these as root, so they have the same effect as the capability. */
    private void checkPriorities(Resources wanted, Refusals refusals) {
        if (wanted.cpuShares() != null && wanted.cpuShares() > USUAL_SHARES) {
            check(
                    "capAdd",
                    "a weight above %d CPU shares, which needs the capability".formatted(USUAL_SHARES),
                    "SYS_NICE",
                    capAdd,
                    refusals);
        }
        wanted.ulimits().stream()
                .filter(limit -> limit.name().equals("rtprio") || limit.name().equals("nice"))
                .filter(limit -> limit.hard() != 0)
                .forEach(limit -> check(
                        "capAdd",
                        "the limit %s, which needs the capability".formatted(limit.name()),
                        "SYS_NICE",
                        capAdd,
                        refusals));
    }

    private void checkPrivileges(Isolation wanted, Refusals refusals) {
        if (wanted.privileged()) {
            refusals.add(
                    "privileged is never allowed, since the container would see every GPU of its host. Ask for what it needs: "
                            + "gpus, or a capability (capAdd).");
        }
        wanted.capAdd().forEach(capability -> {
            String name = LinuxCapability.plain(capability);
            if (name.equals(LinuxCapability.ALL)) {
                refusals.add("the capability 'ALL' is never allowed, since it contains those that take over the host."
                        + " Name each that the program needs.");
            } else if (TAKE_OVER.contains(name) && !capAdd.contains(name)) {
                refusals.add(refusals.sentence("capAdd", "the capability '%s'".formatted(name), "is not allowed")
                        + " With it a container can take over its host: ask whoever runs the host for another way.");
            } else {
                check("capAdd", "the capability", name, capAdd, refusals);
            }
        });
        wanted.securityOpt().forEach(option -> check("securityOpt", "the option", option, securityOpt, refusals));
        check("pid", "the PID namespace", wanted.pid(), pid, refusals);
        check("userns", "the user namespace", wanted.userns(), userns, refusals);
        check("uts", "the UTS namespace", wanted.uts(), uts, refusals);
        check("cgroupns", "the control group namespace", wanted.cgroupns(), cgroupns, refusals);
        wanted.devices().forEach(device -> checkDevice(device, refusals));
    }

    private void checkOomScore(@Nullable Integer wanted, Refusals refusals) {
        if (wanted != null && wanted < 0 && !capAdd.contains(LOWER_OOM_SCORE)) {
            // The kernel also requires this capability for it.
            refusals.add(
                    "capAdd",
                    refusals.sentence(
                            "capAdd",
                            "an OOM score below 0, by which the kernel would rather kill the host's own processes, needs SYS_RESOURCE, which",
                            "is not allowed"),
                    LOWER_OOM_SCORE);
        }
    }

    private void checkDevice(String device, Refusals refusals) {
        String path = Path.of(device.split(":", 2)[0]).normalize().toString();
        if (path.startsWith(NVIDIA)) {
            refusals.add("the device %s is never allowed, since it may be reserved for another job. Ask for gpus."
                    .formatted(Excerpt.path(path)));
        } else if (!devices.contains(path) && (!path.startsWith("/dev/") || path.matches(MEMORY_OR_DISK))) {
            refusals.add(
                    refusals.sentence("devices", "the device " + Excerpt.path(path), "is not allowed")
                            + " With the host's memory or disk a container can take over its host: ask whoever runs the host for another way.");
        } else {
            check("devices", "the device", path, devices, refusals);
        }
    }

    /** Does not propose a line that the reader of the file would refuse. */
    private void check(String rule, String what, @Nullable String wanted, Set<String> allowed, Refusals refusals) {
        if (wanted == null || allowed.contains(wanted)) {
            return;
        }
        // If there are many, only the remedy lists all of them.
        String known = allowed.isEmpty()
                ? " (none is)"
                : allowed.size() > FEW ? "" : " (%s are)".formatted(String.join(", ", new TreeSet<>(allowed)));
        String sentence = refusals.sentence(
                rule,
                what + " " + (wanted.startsWith("/") ? Excerpt.path(wanted) : Excerpt.quote(wanted)),
                "is not allowed" + known);
        PolicyWord.of(rule)
                .flatMap(words -> words.objection(wanted))
                .ifPresentOrElse(
                        why -> refusals.add(sentence + " It can never be allowed: " + why + "."),
                        () -> refusals.add(rule, sentence, wanted));
    }

    /** The complete rule including its current entries, because a rule in the file replaces the built-in one. */
    private String remedy(String rule, List<String> more) {
        String line = rule + ": "
                + switch (rule) {
                    case "addUrls" -> "true";
                    case "memory", "pids", "buildNetwork" -> more.getFirst();
                    case "mounts" -> "{" + String.join(", ", mounts.entriesWith(more)) + "}";
                    default -> {
                        Set<String> all = new TreeSet<>(words(rule));
                        all.addAll(more);
                        yield all.stream().map(PolicyWord::quoted).collect(Collectors.joining(", ", "[", "]"));
                    }
                };
        String file = origin.equals(BUILT_IN.origin) ? PolicyFile.DEFAULT.toString() : origin;
        return "Whoever runs the host can allow it: write in %s the line %s and restart the worker"
                .formatted(file, line);
    }

    private Set<String> words(String rule) {
        return switch (rule) {
            case "volumes" -> mounts.volumes().names();
            case "networks" -> networks;
            case "ipc" -> ipc;
            case "pid" -> pid;
            case "userns" -> userns;
            case "uts" -> uts;
            case "cgroupns" -> cgroupns;
            case "capAdd" -> capAdd;
            case "securityOpt" -> securityOpt;
            case "devices" -> devices;
            default -> throw new IllegalArgumentException(rule);
        };
    }
}
