package dev.trainyard.core.training;

import dev.trainyard.core.text.DataSize;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the container runs, in Docker's own terms. What is null or empty is left to the image or the engine, as
 * {@code docker run} would.
 *
 * @param command arguments after the image; null keeps the image's CMD
 * @param entrypoint replaces the image's ENTRYPOINT; null keeps it, an empty list clears it
 * @param environment in order
 * @param publicVariables names of variables, and of arguments of the build, whose values anyone may see
 * @param outputs where results are expected
 * @param cpus as {@code --cpus}
 * @param tmpfs as {@code --tmpfs}: {@code /path} or {@code /path:options}
 * @param extraHosts as {@code --add-host}: {@code name:address}
 * @param dns as {@code --dns}: addresses of name servers
 * @param groupAdd as {@code --group-add}: names or numbers
 * @param pidsLimit as {@code --pids-limit}; −1 is unlimited
 * @param privileges what the worker's policy has to allow
 * @param anonymousVolumes as {@code -v /path}: what is written there goes with the container
 * @param expose as {@code --expose}: {@code 80/tcp}, {@code 8000-8010/tcp}
 * @param publishAll as {@code --publish-all}
 * @param tuning how the kernel treats the container
 * @param addressing what it is called in its network, and how it finds others there
 */
public record RunSpec(
        @Nullable List<String> command,
        @Nullable List<String> entrypoint,
        Map<String, String> environment,
        List<String> publicVariables,
        @Nullable String workingDir,
        @Nullable String user,
        List<Mount> mounts,
        Outputs outputs,
        List<PortMapping> ports,
        @Nullable DataSize shmSize,
        @Nullable String ipc,
        List<Ulimit> ulimits,
        @Nullable DataSize memory,
        @Nullable BigDecimal cpus,
        @Nullable String hostname,
        @Nullable Boolean init,
        @Nullable String stopSignal,
        List<String> tmpfs,
        List<String> capDrop,
        boolean readOnly,
        List<String> extraHosts,
        @Nullable String networkMode,
        boolean tty,
        boolean stdinOpen,
        List<String> dns,
        List<String> groupAdd,
        @Nullable Long pidsLimit,
        Privileges privileges,
        List<String> anonymousVolumes,
        List<String> expose,
        boolean publishAll,
        Tuning tuning,
        Addressing addressing) {

    /** A run of which nothing is said yet. */
    public static RunSpecBuilder builder() {
        return new RunSpecBuilder();
    }

    /** The same run, of which anyone may see the values of these variables too. */
    public RunSpec withPublicVariables(List<String> names) {
        return new RunSpec(
                command,
                entrypoint,
                environment,
                Stream.concat(publicVariables.stream(), names.stream())
                        .distinct()
                        .toList(),
                workingDir,
                user,
                mounts,
                outputs,
                ports,
                shmSize,
                ipc,
                ulimits,
                memory,
                cpus,
                hostname,
                init,
                stopSignal,
                tmpfs,
                capDrop,
                readOnly,
                extraHosts,
                networkMode,
                tty,
                stdinOpen,
                dns,
                groupAdd,
                pidsLimit,
                privileges,
                anonymousVolumes,
                expose,
                publishAll,
                tuning,
                addressing);
    }

    /** The same run with its results elsewhere. */
    public RunSpec withOutputs(Outputs elsewhere) {
        return new RunSpec(
                command,
                entrypoint,
                environment,
                publicVariables,
                workingDir,
                user,
                mounts,
                elsewhere,
                ports,
                shmSize,
                ipc,
                ulimits,
                memory,
                cpus,
                hostname,
                init,
                stopSignal,
                tmpfs,
                capDrop,
                readOnly,
                extraHosts,
                networkMode,
                tty,
                stdinOpen,
                dns,
                groupAdd,
                pidsLimit,
                privileges,
                anonymousVolumes,
                expose,
                publishAll,
                tuning,
                addressing);
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
     * @param target absolute path in the container
     * @param location absolute path on the worker's host that is used exactly; null: a managed folder of the attempt's own
     */
    public record Outputs(String target, @Nullable String location) {

        public static final Outputs MANAGED = new Outputs("/outputs", null);
    }

    /**
     * A published port. Host ports are exclusive per host and reserved like devices.
     *
     * @param hostIp address to listen on; null: all, as Docker means it
     * @param host port of the host; null: any free one, chosen by the engine
     * @param hostLast the engine chooses a free port from {@code host} to this one, as of {@code -p 8000-8010:80}; null: there is no choice
     * @param protocol {@code tcp}, {@code udp} or {@code sctp}
     */
    public record PortMapping(
            @Nullable String hostIp,
            @Nullable Integer host,
            @Nullable Integer hostLast,
            int container,
            String protocol) {

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

    /**
     * What reaches beyond the container, in the words of {@code docker run}.
     *
     * @param privileged {@code --privileged}
     * @param capAdd {@code --cap-add}
     * @param securityOpt {@code --security-opt}
     * @param pid {@code --pid}
     * @param userns {@code --userns}
     * @param devices {@code --device}, as {@code /dev/fuse:/dev/fuse:rwm}; the reserved GPUs are not among them
     */
    public record Privileges(
            boolean privileged,
            List<String> capAdd,
            List<String> securityOpt,
            @Nullable String pid,
            @Nullable String userns,
            List<String> devices) {

        /** Whether a {@code --security-opt} takes away, and gives nothing. */
        public static boolean confines(String securityOption) {
            return securityOption.matches("no-new-privileges([=:]true)?");
        }

        public static final Privileges NONE = new Privileges(false, List.of(), List.of(), null, null, List.of());
    }

    /**
     * How the kernel treats the container, in the words of {@code docker run}. Null or empty: as the engine has it.
     *
     * @param cpusetCpus {@code --cpuset-cpus}: CPUs of the host that runs it
     * @param cpusetMems {@code --cpuset-mems}: its NUMA nodes
     * @param cpuShares {@code --cpu-shares}
     * @param memoryReservation {@code --memory-reservation}
     * @param memorySwap {@code --memory-swap}: memory and swap together in bytes; −1 is unlimited swap
     * @param oomScoreAdj {@code --oom-score-adj}; a negative one is for the worker's policy to allow
     * @param cgroupns {@code --cgroupns}; the worker's policy has to allow it
     * @param uts {@code --uts}; the worker's policy has to allow it
     * @param sysctls {@code --sysctl}: parameters of the container's own namespaces
     */
    public record Tuning(
            @Nullable String cpusetCpus,
            @Nullable String cpusetMems,
            @Nullable Integer cpuShares,
            @Nullable DataSize memoryReservation,
            @Nullable Long memorySwap,
            @Nullable Integer oomScoreAdj,
            @Nullable String cgroupns,
            @Nullable String uts,
            Map<String, String> sysctls) {

        public static final Tuning NONE = new Tuning(null, null, null, null, null, null, null, null, Map.of());
    }

    /**
     * What the container is called in its network, and how it finds others there, in the words of {@code docker run}.
     *
     * @param dnsSearch {@code --dns-search}
     * @param dnsOptions {@code --dns-option}
     * @param domainname {@code --domainname}
     * @param macAddress {@code --mac-address}
     */
    public record Addressing(
            List<String> dnsSearch,
            List<String> dnsOptions,
            @Nullable String domainname,
            @Nullable String macAddress) {

        public static final Addressing NONE = new Addressing(List.of(), List.of(), null, null);
    }
}
