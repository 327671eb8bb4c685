package dev.trainyard.core.training;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.RunSpec.Isolation;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Network;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Program;
import dev.trainyard.core.training.RunSpec.Resources;
import dev.trainyard.core.training.RunSpec.Storage;
import dev.trainyard.core.training.RunSpec.Ulimit;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds a {@link RunSpec}. Everything not set keeps the default of the image or the engine. Outputs are managed by default. */
public final class RunSpecBuilder {

    private @Nullable List<String> command;
    private @Nullable List<String> entrypoint;
    private Map<String, String> environment = Map.of();
    private List<String> publicVariables = List.of();
    private @Nullable String workingDir;
    private @Nullable String user;
    private List<String> groupAdd = List.of();
    private @Nullable Boolean init;
    private @Nullable String stopSignal;
    private boolean tty;
    private boolean stdinOpen;
    private List<Mount> mounts = List.of();
    private Outputs outputs = Outputs.MANAGED;
    private List<String> anonymousVolumes = List.of();
    private List<String> tmpfs = List.of();
    private @Nullable DataSize shmSize;
    private boolean readOnly;
    private @Nullable String networkMode;
    private List<PortMapping> ports = List.of();
    private List<String> expose = List.of();
    private boolean publishAll;
    private @Nullable String hostname;
    private @Nullable String domainname;
    private @Nullable String macAddress;
    private List<String> extraHosts = List.of();
    private List<String> dns = List.of();
    private List<String> dnsSearch = List.of();
    private List<String> dnsOptions = List.of();
    private @Nullable DataSize memory;
    private @Nullable DataSize memoryReservation;
    private @Nullable Long memorySwap;
    private @Nullable BigDecimal cpus;
    private @Nullable Integer cpuShares;
    private @Nullable String cpusetCpus;
    private @Nullable String cpusetMems;
    private @Nullable Long pidsLimit;
    private @Nullable Integer oomScoreAdj;
    private List<Ulimit> ulimits = List.of();
    private boolean privileged;
    private List<String> capAdd = List.of();
    private List<String> capDrop = List.of();
    private List<String> securityOpt = List.of();
    private List<String> devices = List.of();
    private @Nullable String ipc;
    private @Nullable String pid;
    private @Nullable String userns;
    private @Nullable String uts;
    private @Nullable String cgroupns;
    private Map<String, String> sysctls = Map.of();

    RunSpecBuilder() {}

    public RunSpecBuilder command(@Nullable List<String> value) {
        command = value;
        return this;
    }

    public RunSpecBuilder entrypoint(@Nullable List<String> value) {
        entrypoint = value;
        return this;
    }

    public RunSpecBuilder environment(Map<String, String> value) {
        environment = value;
        return this;
    }

    public RunSpecBuilder publicVariables(List<String> value) {
        publicVariables = value;
        return this;
    }

    public RunSpecBuilder workingDir(@Nullable String value) {
        workingDir = value;
        return this;
    }

    public RunSpecBuilder user(@Nullable String value) {
        user = value;
        return this;
    }

    public RunSpecBuilder groupAdd(List<String> value) {
        groupAdd = value;
        return this;
    }

    public RunSpecBuilder init(@Nullable Boolean value) {
        init = value;
        return this;
    }

    public RunSpecBuilder stopSignal(@Nullable String value) {
        stopSignal = value;
        return this;
    }

    public RunSpecBuilder tty(boolean value) {
        tty = value;
        return this;
    }

    public RunSpecBuilder stdinOpen(boolean value) {
        stdinOpen = value;
        return this;
    }

    public RunSpecBuilder mounts(List<Mount> value) {
        mounts = value;
        return this;
    }

    public RunSpecBuilder outputs(Outputs value) {
        outputs = value;
        return this;
    }

    public RunSpecBuilder anonymousVolumes(List<String> value) {
        anonymousVolumes = value;
        return this;
    }

    public RunSpecBuilder tmpfs(List<String> value) {
        tmpfs = value;
        return this;
    }

    public RunSpecBuilder shmSize(@Nullable DataSize value) {
        shmSize = value;
        return this;
    }

    public RunSpecBuilder readOnly(boolean value) {
        readOnly = value;
        return this;
    }

    public RunSpecBuilder networkMode(@Nullable String value) {
        networkMode = value;
        return this;
    }

    public RunSpecBuilder ports(List<PortMapping> value) {
        ports = value;
        return this;
    }

    public RunSpecBuilder expose(List<String> value) {
        expose = value;
        return this;
    }

    public RunSpecBuilder publishAll(boolean value) {
        publishAll = value;
        return this;
    }

    public RunSpecBuilder hostname(@Nullable String value) {
        hostname = value;
        return this;
    }

    public RunSpecBuilder domainname(@Nullable String value) {
        domainname = value;
        return this;
    }

    public RunSpecBuilder macAddress(@Nullable String value) {
        macAddress = value;
        return this;
    }

    public RunSpecBuilder extraHosts(List<String> value) {
        extraHosts = value;
        return this;
    }

    public RunSpecBuilder dns(List<String> value) {
        dns = value;
        return this;
    }

    public RunSpecBuilder dnsSearch(List<String> value) {
        dnsSearch = value;
        return this;
    }

    public RunSpecBuilder dnsOptions(List<String> value) {
        dnsOptions = value;
        return this;
    }

    public RunSpecBuilder memory(@Nullable DataSize value) {
        memory = value;
        return this;
    }

    public RunSpecBuilder memoryReservation(@Nullable DataSize value) {
        memoryReservation = value;
        return this;
    }

    public RunSpecBuilder memorySwap(@Nullable Long value) {
        memorySwap = value;
        return this;
    }

    public RunSpecBuilder cpus(@Nullable BigDecimal value) {
        cpus = value;
        return this;
    }

    public RunSpecBuilder cpuShares(@Nullable Integer value) {
        cpuShares = value;
        return this;
    }

    public RunSpecBuilder cpusetCpus(@Nullable String value) {
        cpusetCpus = value;
        return this;
    }

    public RunSpecBuilder cpusetMems(@Nullable String value) {
        cpusetMems = value;
        return this;
    }

    public RunSpecBuilder pidsLimit(@Nullable Long value) {
        pidsLimit = value;
        return this;
    }

    public RunSpecBuilder oomScoreAdj(@Nullable Integer value) {
        oomScoreAdj = value;
        return this;
    }

    public RunSpecBuilder ulimits(List<Ulimit> value) {
        ulimits = value;
        return this;
    }

    public RunSpecBuilder privileged(boolean value) {
        privileged = value;
        return this;
    }

    public RunSpecBuilder capAdd(List<String> value) {
        capAdd = value;
        return this;
    }

    public RunSpecBuilder capDrop(List<String> value) {
        capDrop = value;
        return this;
    }

    public RunSpecBuilder securityOpt(List<String> value) {
        securityOpt = value;
        return this;
    }

    public RunSpecBuilder devices(List<String> value) {
        devices = value;
        return this;
    }

    public RunSpecBuilder ipc(@Nullable String value) {
        ipc = value;
        return this;
    }

    public RunSpecBuilder pid(@Nullable String value) {
        pid = value;
        return this;
    }

    public RunSpecBuilder userns(@Nullable String value) {
        userns = value;
        return this;
    }

    public RunSpecBuilder uts(@Nullable String value) {
        uts = value;
        return this;
    }

    public RunSpecBuilder cgroupns(@Nullable String value) {
        cgroupns = value;
        return this;
    }

    public RunSpecBuilder sysctls(Map<String, String> value) {
        sysctls = value;
        return this;
    }

    public RunSpec build() {
        return new RunSpec(
                new Program(
                        command,
                        entrypoint,
                        environment,
                        publicVariables,
                        workingDir,
                        user,
                        groupAdd,
                        init,
                        stopSignal,
                        tty,
                        stdinOpen),
                new Storage(mounts, outputs, anonymousVolumes, tmpfs, shmSize, readOnly),
                new Network(
                        networkMode,
                        ports,
                        expose,
                        publishAll,
                        hostname,
                        domainname,
                        macAddress,
                        extraHosts,
                        dns,
                        dnsSearch,
                        dnsOptions),
                new Resources(
                        memory,
                        memoryReservation,
                        memorySwap,
                        cpus,
                        cpuShares,
                        cpusetCpus,
                        cpusetMems,
                        pidsLimit,
                        oomScoreAdj,
                        ulimits),
                new Isolation(
                        privileged, capAdd, capDrop, securityOpt, devices, ipc, pid, userns, uts, cgroupns, sysctls));
    }
}
