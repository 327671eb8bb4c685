package dev.trainyard.core.training;

import dev.trainyard.core.text.DataSize;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the container runs, in Docker's terms. For a null or empty value the default of the image or the engine applies, as for
 * {@code docker run}. In the message, the fields of all five parts are in one object {@code run}.
 */
public record RunSpec(Program program, Storage storage, Network network, Resources resources, Isolation isolation) {

    /** A builder with nothing set. */
    public static RunSpecBuilder builder() {
        return new RunSpecBuilder();
    }

    /** The same run with these variables public as well. */
    public RunSpec withPublicVariables(List<String> names) {
        return new RunSpec(program.publishing(names), storage, network, resources, isolation);
    }

    /** The same run with other files. */
    public RunSpec withStorage(Storage other) {
        return new RunSpec(program, other, network, resources, isolation);
    }

    /** The same run with other outputs. */
    public RunSpec withOutputs(Outputs elsewhere) {
        return withStorage(storage.with(storage.mounts(), elsewhere, storage.anonymousVolumes()));
    }

    /**
     * The program, its user and environment, and how it is stopped.
     *
     * @param command arguments after the image; null keeps the image's CMD
     * @param entrypoint replaces the image's ENTRYPOINT; null keeps it, an empty list clears it
     * @param environment in the order of the file
     * @param publicVariables names of variables and build arguments whose values anyone may see
     * @param groupAdd as {@code --group-add}: names or numeric ids
     */
    public record Program(
            @Nullable List<String> command,
            @Nullable List<String> entrypoint,
            Map<String, String> environment,
            List<String> publicVariables,
            @Nullable String workingDir,
            @Nullable String user,
            List<String> groupAdd,
            @Nullable Boolean init,
            @Nullable String stopSignal,
            boolean tty,
            boolean stdinOpen) {

        public Program {
            command = command == null ? null : List.copyOf(command);
            entrypoint = entrypoint == null ? null : List.copyOf(entrypoint);
            environment = inOrder(environment);
            publicVariables = List.copyOf(publicVariables);
            groupAdd = List.copyOf(groupAdd);
        }

        private Program publishing(List<String> names) {
            List<String> all = Stream.concat(publicVariables.stream(), names.stream())
                    .distinct()
                    .toList();
            return new Program(
                    command,
                    entrypoint,
                    environment,
                    all,
                    workingDir,
                    user,
                    groupAdd,
                    init,
                    stopSignal,
                    tty,
                    stdinOpen);
        }
    }

    /**
     * The file systems of the container.
     *
     * @param outputs where the program writes its results
     * @param anonymousVolumes as {@code -v /path}: removed together with the container
     * @param tmpfs as {@code --tmpfs}: {@code /path} or {@code /path:options}
     * @param shmSize as {@code --shm-size}
     * @param readOnly whether the root file system is read-only, as {@code --read-only}
     */
    public record Storage(
            List<Mount> mounts,
            Outputs outputs,
            List<String> anonymousVolumes,
            List<String> tmpfs,
            @Nullable DataSize shmSize,
            boolean readOnly) {

        public Storage {
            mounts = List.copyOf(mounts);
            anonymousVolumes = List.copyOf(anonymousVolumes);
            tmpfs = List.copyOf(tmpfs);
        }

        /** Absolute paths of the submitter's own files and folders, which are mounted in place. */
        public List<String> inPlace() {
            return Stream.concat(
                            mounts.stream().filter(Mount::inPlace).map(Mount::source),
                            Stream.ofNullable(outputs.inPlace() ? outputs.location() : null))
                    .distinct()
                    .toList();
        }

        /** The same with other mounts, outputs and anonymous volumes. */
        public Storage with(List<Mount> otherMounts, Outputs otherOutputs, List<String> otherVolumes) {
            return new Storage(otherMounts, otherOutputs, otherVolumes, tmpfs, shmSize, readOnly);
        }
    }

    /**
     * The network of the container: published ports, host name, name resolution.
     *
     * @param networkMode as {@code --network}
     * @param expose as {@code --expose}: {@code 80/tcp}, {@code 8000-8010/tcp}
     * @param publishAll as {@code --publish-all}
     * @param extraHosts as {@code --add-host}: {@code name:address}
     * @param dns as {@code --dns}: addresses of name servers
     * @param dnsSearch as {@code --dns-search}
     * @param dnsOptions as {@code --dns-option}
     */
    public record Network(
            @Nullable String networkMode,
            List<PortMapping> ports,
            List<String> expose,
            boolean publishAll,
            @Nullable String hostname,
            @Nullable String domainname,
            @Nullable String macAddress,
            List<String> extraHosts,
            List<String> dns,
            List<String> dnsSearch,
            List<String> dnsOptions) {

        public Network {
            ports = List.copyOf(ports);
            expose = List.copyOf(expose);
            extraHosts = List.copyOf(extraHosts);
            dns = List.copyOf(dns);
            dnsSearch = List.copyOf(dnsSearch);
            dnsOptions = List.copyOf(dnsOptions);
        }
    }

    /**
     * Limits and shares of CPU, memory and processes.
     *
     * @param memorySwap as {@code --memory-swap}: memory plus swap in bytes; −1 for unlimited swap
     * @param cpus as {@code --cpus}; trailing zeros are removed, so 1.50 equals 1.5
     * @param cpusetCpus as {@code --cpuset-cpus}: CPU numbers of the host that runs the job
     * @param cpusetMems as {@code --cpuset-mems}: NUMA nodes of that host
     * @param pidsLimit as {@code --pids-limit}; −1 is unlimited
     * @param oomScoreAdj as {@code --oom-score-adj}; a negative value needs the permission of the worker's policy
     */
    public record Resources(
            @Nullable DataSize memory,
            @Nullable DataSize memoryReservation,
            @Nullable Long memorySwap,
            @Nullable BigDecimal cpus,
            @Nullable Integer cpuShares,
            @Nullable String cpusetCpus,
            @Nullable String cpusetMems,
            @Nullable Long pidsLimit,
            @Nullable Integer oomScoreAdj,
            List<Ulimit> ulimits) {

        public Resources {
            cpus = cpus == null ? null : cpus.stripTrailingZeros();
            ulimits = List.copyOf(ulimits);
        }
    }

    /**
     * The isolation of the container from its host. The worker's policy must permit everything that weakens it.
     *
     * @param capAdd as {@code --cap-add}
     * @param devices as {@code --device}: {@code /dev/fuse:/dev/fuse:rwm}; without the reserved GPUs
     * @param ipc as {@code --ipc}; {@code pid}, {@code userns}, {@code uts} and {@code cgroupns} are also values of the flags of that name
     * @param sysctls as {@code --sysctl}: kernel parameters of the container's namespaces
     */
    public record Isolation(
            boolean privileged,
            List<String> capAdd,
            List<String> capDrop,
            List<String> securityOpt,
            List<String> devices,
            @Nullable String ipc,
            @Nullable String pid,
            @Nullable String userns,
            @Nullable String uts,
            @Nullable String cgroupns,
            Map<String, String> sysctls) {

        public Isolation {
            capAdd = List.copyOf(capAdd);
            capDrop = List.copyOf(capDrop);
            securityOpt = List.copyOf(securityOpt);
            devices = List.copyOf(devices);
            sysctls = inOrder(sysctls);
        }

        /** Whether a {@code --security-opt} only removes privileges. */
        public static boolean confines(String securityOption) {
            return securityOption.matches("no-new-privileges([=:]true)?");
        }
    }

    /**
     * One mount.
     *
     * @param source absolute path on the worker's host, or the name of a Docker volume
     * @param target absolute path in the container
     * @param propagation of mounts below a path of the host, as {@code --mount bind-propagation=…}; null if not set
     * @param noCopy whether the files that the image has at the target are not copied into a new named volume
     * @param inPlace whether the source is the submitter's own file or folder, on the machine on which it was submitted
     */
    public record Mount(
            String source,
            String target,
            boolean readOnly,
            @Nullable String propagation,
            boolean noCopy,
            boolean inPlace) {

        public Mount(String source, String target, boolean readOnly) {
            this(source, target, readOnly, null, false, false);
        }

        /** The same mount of another source. */
        public Mount from(String other) {
            return new Mount(other, target, readOnly, propagation, noCopy, inPlace);
        }
    }

    /**
     * Where the container writes its results.
     *
     * @param target absolute path in the container; empty means {@code /outputs}
     * @param location absolute path on the worker's host, used as it is; null for a managed folder per attempt
     * @param inPlace whether the location is the submitter's own folder, on the machine on which the job was submitted
     */
    public record Outputs(String target, @Nullable String location, boolean inPlace) {

        public static final Outputs MANAGED = new Outputs("", null);

        public Outputs(String target, @Nullable String location) {
            this(target, location, false);
        }

        public Outputs {
            target = target.isEmpty() ? "/outputs" : target;
        }
    }

    /**
     * A published port. A host port belongs to one job at a time, reserved like a device.
     *
     * @param hostIp address to listen on; null for all, as in Docker
     * @param host port of the host; null if the engine chooses a free port
     * @param hostLast end of the range from which the engine chooses a free port, as in {@code -p 8000-8010:80}; null without a range
     * @param protocol {@code tcp}, {@code udp} or {@code sctp}; empty means {@code tcp}
     */
    public record PortMapping(
            @Nullable String hostIp,
            @Nullable Integer host,
            @Nullable Integer hostLast,
            int container,
            String protocol) {

        public PortMapping {
            protocol = protocol.isEmpty() ? "tcp" : protocol;
        }

        /** Whether it needs one specific port of the host. */
        public boolean isExact() {
            return host != null && hostLast == null;
        }
    }

    /** As {@code --ulimit name=soft:hard}; −1 means unlimited. */
    public record Ulimit(String name, long soft, long hard) {}

    private static Map<String, String> inOrder(Map<String, String> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
