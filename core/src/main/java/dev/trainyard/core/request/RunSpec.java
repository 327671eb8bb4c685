package dev.trainyard.core.request;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the container runs, in Docker's own terms. What is null or empty is left to the image or the engine, as
 * {@code docker run} would.
 *
 * @param command arguments after the image; null keeps the image's CMD
 * @param entrypoint replaces the image's ENTRYPOINT; null keeps it, an empty list clears it
 * @param environment in order
 * @param outputs where results are expected
 * @param cpus as {@code --cpus}
 * @param tmpfs as {@code --tmpfs}: {@code /path} or {@code /path:options}
 * @param extraHosts as {@code --add-host}: {@code name:address}
 * @param dns as {@code --dns}: addresses of name servers
 * @param groupAdd as {@code --group-add}: names or numbers
 * @param pidsLimit as {@code --pids-limit}; −1 is unlimited
 * @param privileges what the worker's policy has to allow
 */
public record RunSpec(
        @Nullable List<String> command,
        @Nullable List<String> entrypoint,
        Map<String, String> environment,
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
        Privileges privileges) {

    /** A run of which nothing is said yet. */
    public static RunSpecBuilder builder() {
        return new RunSpecBuilder();
    }

    /** The same run with its results elsewhere. */
    public RunSpec withOutputs(Outputs elsewhere) {
        return new RunSpec(
                command,
                entrypoint,
                environment,
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
                privileges);
    }

    /**
     * One mount.
     *
     * @param source absolute path on the worker's host, or the name of a Docker volume
     * @param target absolute path in the container
     */
    public record Mount(String source, String target, boolean readOnly) {}

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
     * @param protocol {@code tcp} or {@code udp}
     */
    public record PortMapping(
            @Nullable String hostIp, @Nullable Integer host, int container, String protocol) {}

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

        public static final Privileges NONE = new Privileges(false, List.of(), List.of(), null, null, List.of());
    }
}
