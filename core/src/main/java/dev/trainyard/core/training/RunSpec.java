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
 * How the container runs, in Docker's own terms. What is null or empty is left to the image or the engine, as {@code docker run}
 * would. The message has one object {@code run} with the fields of all five parts side by side.
 */
public record RunSpec(Program program, Storage storage, Network network, Resources resources, Isolation isolation) {

    /** A run of which nothing is said yet. */
    public static RunSpecBuilder builder() {
        return new RunSpecBuilder();
    }

    /** The same run, of which anyone may see the values of these variables too. */
    public RunSpec withPublicVariables(List<String> names) {
        return new RunSpec(program.publishing(names), storage, network, resources, isolation);
    }

    /** The same run with its results elsewhere. */
    public RunSpec withOutputs(Outputs elsewhere) {
        return new RunSpec(
                program,
                storage.with(storage.mounts(), elsewhere, storage.anonymousVolumes()),
                network,
                resources,
                isolation);
    }

    /**
     * What is started, as whom, and how it is stopped.
     *
     * @param command arguments after the image; null keeps the image's CMD
     * @param entrypoint replaces the image's ENTRYPOINT; null keeps it, an empty list clears it
     * @param environment in order
     * @param publicVariables names of variables, and of arguments of the build, whose values anyone may see
     * @param groupAdd as {@code --group-add}: names or numbers
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
     * What the container sees of files.
     *
     * @param outputs where results are expected
     * @param anonymousVolumes as {@code -v /path}: what is written there goes with the container
     * @param tmpfs as {@code --tmpfs}: {@code /path} or {@code /path:options}
     * @param shmSize as {@code --shm-size}
     * @param readOnly whether its own file system is, as {@code --read-only}
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

        /** The same with other places. */
        public Storage with(List<Mount> otherMounts, Outputs otherOutputs, List<String> otherVolumes) {
            return new Storage(otherMounts, otherOutputs, otherVolumes, tmpfs, shmSize, readOnly);
        }
    }

    /**
     * How the container is reached, what it is called, and how it finds others.
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
     * How much of its host the container may use.
     *
     * @param memorySwap as {@code --memory-swap}: memory and swap together in bytes; −1 is unlimited swap
     * @param cpus as {@code --cpus}; equal numbers are equal values: 1.50 is 1.5
     * @param cpusetCpus as {@code --cpuset-cpus}: CPUs of the host that runs it
     * @param cpusetMems as {@code --cpuset-mems}: its NUMA nodes
     * @param pidsLimit as {@code --pids-limit}; −1 is unlimited
     * @param oomScoreAdj as {@code --oom-score-adj}; a negative one is for the worker's policy to allow
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
     * What separates the container from its host, and what reaches beyond it: the worker's policy has to allow the latter.
     *
     * @param capAdd as {@code --cap-add}
     * @param devices as {@code --device}: {@code /dev/fuse:/dev/fuse:rwm}; the reserved GPUs are not among them
     * @param ipc as {@code --ipc}; so are {@code pid}, {@code userns}, {@code uts} and {@code cgroupns} named by their flags
     * @param sysctls as {@code --sysctl}: parameters of the container's own namespaces
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

        /** Whether a {@code --security-opt} takes away, and gives nothing. */
        public static boolean confines(String securityOption) {
            return securityOption.matches("no-new-privileges([=:]true)?");
        }
    }

    /**
     * One mount.
     *
     * @param source absolute path on the worker's host, or the name of a Docker volume
     * @param target absolute path in the container
     * @param propagation of mounts below a path of the host, as {@code --mount bind-propagation=…}; null: none
     * @param noCopy whether a volume stays without what the image has at the target
     */
    public record Mount(
            String source,
            String target,
            boolean readOnly,
            @Nullable String propagation,
            boolean noCopy) {

        public Mount(String source, String target, boolean readOnly) {
            this(source, target, readOnly, null, false);
        }
    }

    /**
     * Where the container writes its results.
     *
     * @param target absolute path in the container; empty: {@code /outputs}
     * @param location absolute path on the worker's host that is used exactly; null: a managed folder of the attempt's own
     */
    public record Outputs(String target, @Nullable String location) {

        public static final Outputs MANAGED = new Outputs("", null);

        public Outputs {
            target = target.isEmpty() ? "/outputs" : target;
        }
    }

    /**
     * A published port. Host ports are exclusive per host and reserved like devices.
     *
     * @param hostIp address to listen on; null: all, as Docker means it
     * @param host port of the host; null: any free one, chosen by the engine
     * @param hostLast the engine chooses a free port from {@code host} to this one, as of {@code -p 8000-8010:80}; null: there is no choice
     * @param protocol {@code tcp}, {@code udp} or {@code sctp}; empty: {@code tcp}
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

        public PortMapping(@Nullable String hostIp, @Nullable Integer host, int container, String protocol) {
            this(hostIp, host, null, container, protocol);
        }

        /** Whether it takes one port of the host, and no other would do. */
        public boolean isExact() {
            return host != null && hostLast == null;
        }
    }

    /** As {@code --ulimit name=soft:hard}; −1 is unlimited. */
    public record Ulimit(String name, long soft, long hard) {}

    private static Map<String, String> inOrder(Map<String, String> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
