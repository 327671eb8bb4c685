package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpecBuilder;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request in which a test says only what it is about. */
public final class RequestBuilder {

    private String name = "test";
    private final Map<String, String> labels = new LinkedHashMap<>();
    private Duration gracePeriod = Request.Submit.DEFAULT_GRACE_PERIOD;
    private final RunSpecBuilder run = RunSpec.builder();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<RunSpec.Mount> mounts = new ArrayList<>();
    private final List<RunSpec.PortMapping> ports = new ArrayList<>();
    private final List<RunSpec.Ulimit> ulimits = new ArrayList<>();

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

    /** Says how it runs; what follows adds to that. */
    public RequestBuilder run(Consumer<RunSpecBuilder> how) {
        how.accept(run);
        return this;
    }

    public RequestBuilder command(String... value) {
        return run(spec -> spec.command(List.of(value)));
    }

    public RequestBuilder shell(String script) {
        return command("sh", "-c", script);
    }

    public RequestBuilder entrypoint(String... value) {
        return run(spec -> spec.entrypoint(List.of(value)));
    }

    public RequestBuilder environment(String key, String value) {
        environment.put(key, value);
        return run(spec -> spec.environment(environment));
    }

    public RequestBuilder mount(String source, String target, boolean readOnlyMount) {
        mounts.add(new RunSpec.Mount(source, target, readOnlyMount));
        return run(spec -> spec.mounts(mounts));
    }

    public RequestBuilder port(@Nullable String hostIp, @Nullable Integer host, int container, String protocol) {
        ports.add(new RunSpec.PortMapping(hostIp, host, null, container, protocol));
        return run(spec -> spec.ports(ports));
    }

    public RequestBuilder ulimit(String limit, long soft, long hard) {
        ulimits.add(new RunSpec.Ulimit(limit, soft, hard));
        return run(spec -> spec.ulimits(ulimits));
    }

    public RequestBuilder workingDir(String value) {
        return run(spec -> spec.workingDir(value));
    }

    public RequestBuilder user(String value) {
        return run(spec -> spec.user(value));
    }

    public RequestBuilder outputs(RunSpec.Outputs value) {
        return run(spec -> spec.outputs(value));
    }

    public RequestBuilder shmSize(String value) {
        return run(spec -> spec.shmSize(DataSize.parse(value)));
    }

    public RequestBuilder ipc(String value) {
        return run(spec -> spec.ipc(value));
    }

    public RequestBuilder memory(String value) {
        return run(spec -> spec.memory(DataSize.parse(value)));
    }

    public RequestBuilder cpus(String value) {
        return run(spec -> spec.cpus(new BigDecimal(value)));
    }

    public RequestBuilder hostname(String value) {
        return run(spec -> spec.hostname(value));
    }

    public RequestBuilder init(boolean value) {
        return run(spec -> spec.init(value));
    }

    public RequestBuilder stopSignal(String value) {
        return run(spec -> spec.stopSignal(value));
    }

    public RequestBuilder tmpfs(String... value) {
        return run(spec -> spec.tmpfs(List.of(value)));
    }

    public RequestBuilder capDrop(String... value) {
        return run(spec -> spec.capDrop(List.of(value)));
    }

    public RequestBuilder readOnly() {
        return run(spec -> spec.readOnly(true));
    }

    public RequestBuilder extraHost(String... value) {
        return run(spec -> spec.extraHosts(List.of(value)));
    }

    public RequestBuilder networkMode(String value) {
        return run(spec -> spec.networkMode(value));
    }

    public RequestBuilder tty() {
        return run(spec -> spec.tty(true));
    }

    public RequestBuilder stdinOpen() {
        return run(spec -> spec.stdinOpen(true));
    }

    public RequestBuilder dns(String... value) {
        return run(spec -> spec.dns(List.of(value)));
    }

    public RequestBuilder groupAdd(String... value) {
        return run(spec -> spec.groupAdd(List.of(value)));
    }

    public RequestBuilder pidsLimit(long value) {
        return run(spec -> spec.pidsLimit(value));
    }

    public Request.Submit build() {
        return new Request.Submit(
                new JobId(UUID.randomUUID()),
                name,
                null,
                null,
                labels,
                Request.Submit.DEFAULT_PRIORITY,
                null,
                new ImageSource.Reference("busybox:latest", ImageSource.Pull.MISSING),
                run.build(),
                Gpus.NONE,
                RetryPolicy.DEFAULT,
                null,
                gracePeriod,
                null);
    }
}
