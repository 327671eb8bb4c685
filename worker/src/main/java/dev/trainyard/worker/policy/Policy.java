package dev.trainyard.worker.policy;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.DurationText;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxCapability;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Isolation;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Resources;
import dev.trainyard.worker.engine.EngineVolume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a container may use of its host. Everything that is not explicitly allowed is refused. {@code --privileged} and the host's NVIDIA
 * devices are always refused, because with them a container could use GPUs that are reserved for others.
 *
 * @param origin source of the policy, for people
 * @param mounts folders of the host that may be mounted, including everything below them
 * @param volumes which Docker volumes may be mounted
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
        Map<Path, Access> mounts,
        Volumes volumes,
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

    /** How a folder may be mounted. */
    public enum Access {
        READ_ONLY,
        READ_WRITE;

        /** The spelling in the file. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

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
     * Docker volumes by name.
     *
     * @param own whether a job may mount volumes that a worker created for jobs of its team
     * @param any whether a job may mount any volume, except one that stands for a folder or disk of the host that may not be mounted
     * @param names other allowed volumes, including those that stand for a folder or disk
     */
    public record Volumes(boolean own, boolean any, Set<String> names) {}

    /**
     * The policy without a file: the usual folders for data and results, and everything that affects only the container. Of the
     * capabilities: Docker's defaults without {@code MKNOD}, and those for profilers and locked memory within the container's namespaces.
     * Not {@code MKNOD}, because a user of the host opens the device files of a container through {@code /proc/PID/root}, if a process in
     * it has the same user id. Not {@code SYS_NICE}, because a real-time priority takes precedence over all programs of the host.
     */
    static final Policy BUILT_IN = new Policy(
            "the built-in policy",
            Map.of(Path.of("/data"), Access.READ_WRITE, Path.of("/logs"), Access.READ_WRITE),
            new Volumes(true, false, Set.of()),
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
                volumes,
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
        Refusals refusals = new Refusals();
        for (Mount mount : run.storage().mounts()) {
            if (mount.inPlace()) {
                checkInPlace(mount.source(), mount.readOnly(), granted, files, refusals);
            } else if (mount.source().startsWith("/")) {
                checkMount(mount.source(), mount.readOnly(), files, refusals);
                if (!mount.readOnly()) {
                    checkClosed(mount.source(), files, refusals);
                }
            }
        }
        String location = run.storage().outputs().location();
        if (location != null && run.storage().outputs().inPlace()) {
            checkInPlace(location, false, granted, files, refusals);
        } else if (location != null) {
            checkMount(location, false, files, refusals);
            checkClosed(location, files, refusals);
        }
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
        Refusals refusals = new Refusals();
        for (Mount mount : run.storage().mounts()) {
            String name = mount.source();
            if (name.startsWith("/") || volumes.names().contains(name)) {
                continue;
            }
            @Nullable EngineVolume volume = present.get(name);
            String shown = "the volume " + Excerpt.quote(name);
            if (volumes.any()) {
                if (volume != null && !volume.options().isEmpty()) {
                    checkOptions(name, mount.readOnly(), volume.options(), files, refusals);
                }
            } else if (!volumes.own()) {
                refusals.add("volumes", refusal("volumes", shown, "is not allowed"), name);
            } else if (volume != null && !(team == null ? "" : team).equals(volume.team())) {
                refusals.add(
                        "volumes",
                        refusal(
                                "volumes",
                                shown + ", which was not made by a job of the same team,",
                                "may not be mounted"),
                        name);
            }
        }
        return refusals.told(this::remedy);
    }

    /** A volume of the driver local can stand for a folder or a disk of the host. */
    private void checkOptions(
            String name, boolean readOnly, Map<String, String> options, HostFiles files, Refusals refusals) {
        String device = options.getOrDefault("device", "");
        List<String> flags = List.of(options.getOrDefault("o", "").split(","));
        boolean folder = flags.contains("bind") || flags.contains("rbind");
        if (folder && device.startsWith("/")) {
            checkMount(device, readOnly, files, refusals);
            if (!readOnly) {
                checkClosed(device, files, refusals);
            }
        } else if (!Set.of("tmpfs", "nfs", "nfs4", "cifs").contains(options.getOrDefault("type", ""))) {
            refusals.add(
                    "volumes",
                    refusal(
                            "volumes",
                            "the volume %s, which stands for %s of the host,"
                                    .formatted(Excerpt.quote(name), Excerpt.quote(device)),
                            "is only allowed by its name"),
                    name);
        }
    }

    /** As {@link #refusals}, only for an output location and where it leads now. Call it before reading or writing there. */
    public List<String> refusalsOfPlace(Path place, HostFiles files) {
        Refusals refusals = new Refusals();
        checkMount(place.toString(), false, files, refusals);
        return refusals.told(this::remedy);
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
        Refusals refusals = new Refusals();
        refusals.add(
                "addUrls",
                refusal("addUrls", "the Dockerfile's " + Excerpt.quote(instruction), "is not allowed")
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
        Refusals refusals = new Refusals();
        refusals.add(
                "buildNetwork",
                refusal("buildNetwork", "a build whose steps could reach link-local addresses", "is not allowed") + " "
                        + why + ". In the network bridge steps reach them, as containers do.",
                "bridge");
        return refusals.told(this::remedy).getFirst();
    }

    private void checkLimits(RunSpec run, Refusals refusals) {
        if (memory != null
                && run.resources().memory() != null
                && run.resources().memory().bytes() > memory.bytes()) {
            refusals.add(
                    "memory",
                    refusal("memory", "more memory than %d MiB".formatted(memory.bytes() >> 20), "is not allowed"),
                    run.resources().memory().toString());
        }
        Long swap = run.resources().memorySwap();
        // Without a swap setting, the engine allows as much swap as memory.
        if (memory != null && swap != null && (swap < 0 || swap - memory.bytes() > memory.bytes())) {
            long most = memory.bytes() >> 19;
            refusals.add(
                    refusal("memory", "more memory and swap together than %d MiB".formatted(most), "is not allowed")
                            + " Write %dm at most as memorySwap (--memory-swap, memswap_limit), or leave it out."
                                    .formatted(most));
        }
        Long wanted = run.resources().pidsLimit();
        if (pids >= 0 && wanted != null && (wanted < 0 || wanted > pids)) {
            refusals.add(
                    "pids",
                    refusal("pids", "more processes and threads than " + pids, "are not allowed"),
                    wanted < 0 ? UNLIMITED : wanted.toString());
        }
    }

    private void checkIpc(@Nullable String wanted, Refusals refusals) {
        if (wanted != null && wanted.equals(HOST) && !ipc.contains(HOST)) {
            refusals.add(
                    "ipc",
                    refusal("ipc", "the IPC namespace 'host'", "is not allowed")
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

    /**
     * The outermost folder of the rule {@code mounts} that contains a location. Containers can change everything in this folder, but not the
     * path to it.
     *
     * @param real a path without links
     */
    public Optional<Path> folderOf(Path real, HostFiles files) {
        return mounts.keySet().stream()
                .flatMap(folder -> files.real(folder).stream())
                .filter(real::startsWith)
                .min(Comparator.comparingInt(Path::getNameCount));
    }

    /** Writable folders of the policy that no job may write to now, because other users have access: one sentence for each. */
    public List<String> openFolders(HostFiles files) {
        return mounts.entrySet().stream()
                .filter(allowed -> allowed.getValue() == Access.READ_WRITE)
                .flatMap(allowed -> files.real(allowed.getKey()).stream())
                .sorted()
                .flatMap(folder -> files
                        .openToOthers(folder)
                        .map(open -> "no job may write in %s: %s".formatted(folder, open(folder, open)))
                        .stream())
                .toList();
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
                refusals.add(refusal("capAdd", "the capability '%s'".formatted(name), "is not allowed")
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
                    refusal(
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
                    refusal("devices", "the device " + Excerpt.path(path), "is not allowed")
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
        String sentence = refusal(
                rule,
                what + " " + (wanted.startsWith("/") ? Excerpt.path(wanted) : Excerpt.quote(wanted)),
                "is not allowed" + known);
        PolicyWord.of(rule)
                .flatMap(words -> words.objection(wanted))
                .ifPresentOrElse(
                        why -> refusals.add(sentence + " It can never be allowed: " + why + "."),
                        () -> refusals.add(rule, sentence, wanted));
    }

    private static void checkInPlace(
            String source, boolean readOnly, List<String> granted, HostFiles files, Refusals refusals) {
        if (granted.contains(source)) {
            objectionInPlace(source, readOnly, files).ifPresent(refusals::add);
        } else {
            refusals.add("%s may not be mounted in place: no server has granted it to this request."
                    .formatted(Excerpt.path(source)));
        }
    }

    /** Why a folder that was granted cannot be mounted in place; a sentence. */
    public static Optional<String> objectionInPlace(String source, boolean readOnly, HostFiles files) {
        Optional<Path> real = files.real(Path.of(source));
        if (real.isEmpty() || !real.get().toString().equals(source)) {
            return Optional.of(
                    "%s may not be mounted in place: it leads %s now, which was changed since the job was submitted. Submit it again."
                            .formatted(
                                    Excerpt.path(source),
                                    real.map(path -> "to " + Excerpt.path(path.toString()))
                                            .orElse("nowhere")));
        }
        if (HostFolder.isOfEngine(real.get())) {
            return Optional.of(
                    "%s may not be mounted: with it a container commands the engine, and takes the devices of other jobs."
                            .formatted(Excerpt.path(source)));
        }
        return files.objection(real.get(), readOnly)
                .map(objection -> "%s may not be mounted: it %s.".formatted(Excerpt.path(source), objection));
    }

    private void checkMount(String source, boolean readOnly, HostFiles files, Refusals refusals) {
        Optional<Path> resolved = files.real(Path.of(source));
        if (resolved.isEmpty()) {
            refusals.add("the folder %s may not be mounted: it is a link that leads nowhere."
                    .formatted(Excerpt.path(source)));
            return;
        }
        Path path = resolved.get();
        String shown = shown(source, path);
        Optional<String> objection = files.objection(path, readOnly);
        if (objection.isPresent()) {
            refusals.add("%s may not be mounted: it %s.".formatted(shown, objection.get()));
            return;
        }
        if (files.isManaged(path)) {
            return;
        }
        @Nullable Access access = null;
        for (Map.Entry<Path, Access> allowed : mounts.entrySet()) {
            if (files.real(allowed.getKey()).filter(path::startsWith).isPresent()) {
                access = access == Access.READ_WRITE ? access : allowed.getValue();
            }
        }
        if (access == null) {
            refuseMount(
                    path,
                    readOnly,
                    refusal("mounts", shown, "may not be mounted (%s may)".formatted(folders())),
                    refusals);
        } else if (access == Access.READ_ONLY && !readOnly) {
            refuseMount(
                    path,
                    false,
                    refusal("mounts", shown, "may only be mounted read-only: write ro, if it is only read"),
                    refusals);
        }
    }

    private static String shown(String source, Path real) {
        return "the folder " + Excerpt.path(source)
                + (real.toString().equals(source) ? "" : ", which is " + Excerpt.path(real.toString()) + ",");
    }

    /** For a folder that the policy allows for writing. */
    private void checkClosed(String source, HostFiles files, Refusals refusals) {
        Optional<Path> real = files.real(Path.of(source));
        Optional<Path> allowed = real.flatMap(path -> folderOf(path, files));
        if (allowed.isPresent()) {
            files.openToOthers(real.get(), allowed.get())
                    .ifPresent(open -> refusals.add(shown(source, real.get()) + " may only be mounted read-only (ro): "
                            + (real.equals(allowed)
                                            && files.openToOthers(real.get()).isEmpty()
                                    ? "a container can open it to other users of this host, who could then run as root what it leaves."
                                            + " Mount a folder within it instead"
                                    : open(allowed.get(), open))));
        }
    }

    /** @param folder the folder to close */
    private static String open(Path folder, Path reached) {
        return "other users of this host can enter %s, and could run there as root what a container leaves. Whoever runs the host closes it: %s"
                        .formatted(reached, "chmod 700 " + ShellWords.quote(folder.toString()))
                + " (owned by root or the worker's user), or mounts its file system with nosuid,nodev.";
    }

    /** Does not propose a line that would give a container control of the host. */
    private static void refuseMount(Path path, boolean readOnly, String sentence, Refusals refusals) {
        if (HostFolder.isOfEngine(path)) {
            refusals.add(sentence
                    + " It can never be allowed: with it a container commands the host's engine, and so the host.");
        } else if (HostFolder.isOfKernel(path)) {
            refusals.add(sentence + " It is the host's kernel: ask whoever runs the host for another way.");
        } else if (HostFolder.isSecret(path)) {
            refusals.add(sentence
                    + " Passwords and keys of the host lie there: mount read-only (ro) only the file or folder that the program reads,"
                    + " or ask whoever runs the host for another way.");
        } else if (HostFolder.isOfSystem(path) && !readOnly) {
            refusals.add(
                    sentence
                            + " Who writes there takes the host over: mount it read-only (ro), or ask whoever runs the host for another folder.");
        } else {
            refusals.add("mounts", sentence, path + ": " + (readOnly ? Access.READ_ONLY : Access.READ_WRITE).word());
        }
    }

    private String folders() {
        return mounts.isEmpty()
                ? "none"
                : new TreeMap<>(mounts).keySet().stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    private String refusal(String rule, String what, String why) {
        return "%s %s by the rule %s of %s.".formatted(what, why, rule, origin);
    }

    /** The complete rule including its current entries, because a rule in the file replaces the built-in one. */
    private String remedy(String rule, List<String> more) {
        String line = rule + ": "
                + switch (rule) {
                    case "addUrls" -> "true";
                    case "memory", "pids", "buildNetwork" -> more.getFirst();
                    case "mounts" -> "{" + String.join(", ", withMounts(more)) + "}";
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

    private List<String> withMounts(List<String> more) {
        String written = Access.READ_WRITE.word();
        Map<Path, String> all = new TreeMap<>();
        mounts.forEach((folder, access) -> all.put(folder, access.word()));
        for (String entry : more) {
            int colon = entry.lastIndexOf(": ");
            // For the same folder, propose the wider access.
            all.merge(
                    Path.of(entry.substring(0, colon)),
                    entry.substring(colon + 2),
                    (known, wish) -> known.equals(written) ? known : wish);
        }
        List<Path> writable = all.keySet().stream()
                .filter(folder -> written.equals(all.get(folder)))
                .toList();
        // The reader of the file refuses a read-only folder within a writable one.
        return all.entrySet().stream()
                .filter(each ->
                        each.getValue().equals(written) || writable.stream().noneMatch(each.getKey()::startsWith))
                .map(each -> PolicyWord.quoted(each.getKey().toString()) + ": " + each.getValue())
                .toList();
    }

    private Set<String> words(String rule) {
        return switch (rule) {
            case "volumes" -> volumes.names();
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
