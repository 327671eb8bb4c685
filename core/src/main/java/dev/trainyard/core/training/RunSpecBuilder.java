package dev.trainyard.core.training;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.RunSpec.Addressing;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Privileges;
import dev.trainyard.core.training.RunSpec.Tuning;
import dev.trainyard.core.training.RunSpec.Ulimit;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds a {@link RunSpec} of which everything not said is left to the image and the engine, with managed outputs. */
public final class RunSpecBuilder {

    private @Nullable List<String> command;
    private @Nullable List<String> entrypoint;
    private Map<String, String> environment = Map.of();
    private List<String> publicVariables = List.of();
    private @Nullable String workingDir;
    private @Nullable String user;
    private List<Mount> mounts = List.of();
    private Outputs outputs = Outputs.MANAGED;
    private List<PortMapping> ports = List.of();
    private @Nullable DataSize shmSize;
    private @Nullable String ipc;
    private List<Ulimit> ulimits = List.of();
    private @Nullable DataSize memory;
    private @Nullable BigDecimal cpus;
    private @Nullable String hostname;
    private @Nullable Boolean init;
    private @Nullable String stopSignal;
    private List<String> tmpfs = List.of();
    private List<String> capDrop = List.of();
    private boolean readOnly;
    private List<String> extraHosts = List.of();
    private @Nullable String networkMode;
    private boolean tty;
    private boolean stdinOpen;
    private List<String> dns = List.of();
    private List<String> groupAdd = List.of();
    private @Nullable Long pidsLimit;
    private Privileges privileges = Privileges.NONE;
    private List<String> anonymousVolumes = List.of();
    private List<String> expose = List.of();
    private boolean publishAll;
    private Tuning tuning = Tuning.NONE;
    private Addressing addressing = Addressing.NONE;

    RunSpecBuilder() {}

    public RunSpecBuilder command(@Nullable List<String> words) {
        command = words == null ? null : List.copyOf(words);
        return this;
    }

    public RunSpecBuilder entrypoint(@Nullable List<String> words) {
        entrypoint = words == null ? null : List.copyOf(words);
        return this;
    }

    public RunSpecBuilder environment(Map<String, String> variables) {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
        return this;
    }

    public RunSpecBuilder publicVariables(List<String> names) {
        publicVariables = List.copyOf(names);
        return this;
    }

    public RunSpecBuilder workingDir(@Nullable String path) {
        workingDir = path;
        return this;
    }

    public RunSpecBuilder user(@Nullable String name) {
        user = name;
        return this;
    }

    public RunSpecBuilder mounts(List<Mount> list) {
        mounts = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder outputs(Outputs place) {
        outputs = place;
        return this;
    }

    public RunSpecBuilder ports(List<PortMapping> list) {
        ports = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder shmSize(@Nullable DataSize size) {
        shmSize = size;
        return this;
    }

    public RunSpecBuilder ipc(@Nullable String mode) {
        ipc = mode;
        return this;
    }

    public RunSpecBuilder ulimits(List<Ulimit> list) {
        ulimits = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder memory(@Nullable DataSize size) {
        memory = size;
        return this;
    }

    /** Equal numbers are made equal values: 1.50 is 1.5. */
    public RunSpecBuilder cpus(@Nullable BigDecimal number) {
        cpus = number == null ? null : number.stripTrailingZeros();
        return this;
    }

    public RunSpecBuilder hostname(@Nullable String name) {
        hostname = name;
        return this;
    }

    public RunSpecBuilder init(@Nullable Boolean on) {
        init = on;
        return this;
    }

    public RunSpecBuilder stopSignal(@Nullable String signal) {
        stopSignal = signal;
        return this;
    }

    public RunSpecBuilder tmpfs(List<String> list) {
        tmpfs = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder capDrop(List<String> list) {
        capDrop = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder readOnly(boolean on) {
        readOnly = on;
        return this;
    }

    public RunSpecBuilder extraHosts(List<String> list) {
        extraHosts = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder networkMode(@Nullable String mode) {
        networkMode = mode;
        return this;
    }

    public RunSpecBuilder tty(boolean on) {
        tty = on;
        return this;
    }

    public RunSpecBuilder stdinOpen(boolean on) {
        stdinOpen = on;
        return this;
    }

    public RunSpecBuilder dns(List<String> list) {
        dns = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder groupAdd(List<String> list) {
        groupAdd = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder pidsLimit(@Nullable Long number) {
        pidsLimit = number;
        return this;
    }

    public RunSpecBuilder privileges(Privileges wanted) {
        privileges = wanted;
        return this;
    }

    public RunSpecBuilder anonymousVolumes(List<String> targets) {
        anonymousVolumes = List.copyOf(targets);
        return this;
    }

    public RunSpecBuilder expose(List<String> list) {
        expose = List.copyOf(list);
        return this;
    }

    public RunSpecBuilder publishAll(boolean on) {
        publishAll = on;
        return this;
    }

    public RunSpecBuilder tuning(Tuning wanted) {
        tuning = wanted;
        return this;
    }

    public RunSpecBuilder addressing(Addressing wanted) {
        addressing = wanted;
        return this;
    }

    public RunSpec build() {
        return new RunSpec(
                command,
                entrypoint,
                environment,
                publicVariables,
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
}
