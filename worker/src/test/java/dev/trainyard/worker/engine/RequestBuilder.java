package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A request in which a test says only what it is about. */
public final class RequestBuilder {

    private String name = "test";
    private final Map<String, String> labels = new LinkedHashMap<>();
    private Duration gracePeriod = Request.Submit.DEFAULT_GRACE_PERIOD;
    private @Nullable List<String> command;
    private @Nullable List<String> entrypoint;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private @Nullable String workingDir;
    private @Nullable String user;
    private final List<RunSpec.Mount> mounts = new ArrayList<>();
    private RunSpec.Outputs outputs = RunSpec.Outputs.MANAGED;
    private final List<RunSpec.PortMapping> ports = new ArrayList<>();
    private @Nullable DataSize shmSize;
    private @Nullable String ipc;
    private final List<RunSpec.Ulimit> ulimits = new ArrayList<>();
    private @Nullable DataSize memory;
    private @Nullable BigDecimal cpus;
    private @Nullable String hostname;
    private @Nullable Boolean init;
    private @Nullable String stopSignal;
    private final List<String> tmpfs = new ArrayList<>();
    private final List<String> capDrop = new ArrayList<>();
    private boolean readOnly;
    private final List<String> extraHosts = new ArrayList<>();
    private @Nullable String networkMode;
    private boolean tty;
    private boolean stdinOpen;
    private final List<String> dns = new ArrayList<>();
    private final List<String> groupAdd = new ArrayList<>();
    private @Nullable Long pidsLimit;
    private RunSpec.Privileges privileges = RunSpec.Privileges.NONE;

    public static RequestBuilder aRequest() {
        return new RequestBuilder();
    }

    public RequestBuilder name(String value) {
        name = value;
        return this;
    }

    public RequestBuilder label(String key, String value) {
        labels.put(key, value);
        return this;
    }

    public RequestBuilder gracePeriod(Duration value) {
        gracePeriod = value;
        return this;
    }

    public RequestBuilder command(String... value) {
        command = List.of(value);
        return this;
    }

    public RequestBuilder shell(String script) {
        return command("sh", "-c", script);
    }

    public RequestBuilder entrypoint(String... value) {
        entrypoint = List.of(value);
        return this;
    }

    public RequestBuilder environment(String key, String value) {
        environment.put(key, value);
        return this;
    }

    public RequestBuilder workingDir(String value) {
        workingDir = value;
        return this;
    }

    public RequestBuilder user(String value) {
        user = value;
        return this;
    }

    public RequestBuilder mount(String source, String target, boolean readOnlyMount) {
        mounts.add(new RunSpec.Mount(source, target, readOnlyMount));
        return this;
    }

    public RequestBuilder outputs(RunSpec.Outputs value) {
        outputs = value;
        return this;
    }

    public RequestBuilder port(@Nullable String hostIp, @Nullable Integer host, int container, String protocol) {
        ports.add(new RunSpec.PortMapping(hostIp, host, container, protocol));
        return this;
    }

    public RequestBuilder shmSize(String value) {
        shmSize = DataSize.parse(value);
        return this;
    }

    public RequestBuilder ipc(String value) {
        ipc = value;
        return this;
    }

    public RequestBuilder ulimit(String limit, long soft, long hard) {
        ulimits.add(new RunSpec.Ulimit(limit, soft, hard));
        return this;
    }

    public RequestBuilder memory(String value) {
        memory = DataSize.parse(value);
        return this;
    }

    public RequestBuilder cpus(String value) {
        cpus = new BigDecimal(value);
        return this;
    }

    public RequestBuilder hostname(String value) {
        hostname = value;
        return this;
    }

    public RequestBuilder init(boolean value) {
        init = value;
        return this;
    }

    public RequestBuilder stopSignal(String value) {
        stopSignal = value;
        return this;
    }

    public RequestBuilder tmpfs(String value) {
        tmpfs.add(value);
        return this;
    }

    public RequestBuilder capDrop(String value) {
        capDrop.add(value);
        return this;
    }

    public RequestBuilder readOnly() {
        readOnly = true;
        return this;
    }

    public RequestBuilder extraHost(String value) {
        extraHosts.add(value);
        return this;
    }

    public RequestBuilder networkMode(String value) {
        networkMode = value;
        return this;
    }

    public RequestBuilder tty() {
        tty = true;
        return this;
    }

    public RequestBuilder stdinOpen() {
        stdinOpen = true;
        return this;
    }

    public RequestBuilder dns(String value) {
        dns.add(value);
        return this;
    }

    public RequestBuilder groupAdd(String value) {
        groupAdd.add(value);
        return this;
    }

    public RequestBuilder pidsLimit(long value) {
        pidsLimit = value;
        return this;
    }

    public RequestBuilder privileges(RunSpec.Privileges value) {
        privileges = value;
        return this;
    }

    public Request.Submit build() {
        RunSpec run = RunSpec.builder()
                .command(command)
                .entrypoint(entrypoint)
                .environment(environment)
                .workingDir(workingDir)
                .user(user)
                .mounts(mounts)
                .outputs(outputs)
                .ports(ports)
                .shmSize(shmSize)
                .ipc(ipc)
                .ulimits(ulimits)
                .memory(memory)
                .cpus(cpus)
                .hostname(hostname)
                .init(init)
                .stopSignal(stopSignal)
                .tmpfs(tmpfs)
                .capDrop(capDrop)
                .readOnly(readOnly)
                .extraHosts(extraHosts)
                .networkMode(networkMode)
                .tty(tty)
                .stdinOpen(stdinOpen)
                .dns(dns)
                .groupAdd(groupAdd)
                .pidsLimit(pidsLimit)
                .privileges(privileges)
                .build();
        return new Request.Submit(
                new JobId(UUID.randomUUID()),
                name,
                null,
                null,
                labels,
                Request.Submit.DEFAULT_PRIORITY,
                null,
                new ImageSource.Reference("busybox:latest"),
                run,
                Gpus.NONE,
                RetryPolicy.DEFAULT,
                null,
                gracePeriod,
                null);
    }
}
