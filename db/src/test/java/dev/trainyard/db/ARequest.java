package dev.trainyard.db;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpecBuilder;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A request of which only what a test is about is said. */
final class ARequest {

    private JobId id = new JobId(UUID.randomUUID());
    private final String name;
    private @Nullable String team;
    private @Nullable String submittedBy;
    private int priority = Request.Submit.DEFAULT_PRIORITY;
    private ImageSource image = new ImageSource.Reference("busybox", ImageSource.Pull.MISSING);
    private final RunSpecBuilder run = RunSpec.builder();
    private Gpus gpus = Gpus.NONE;
    private int maxAttempts = 1;
    private Map<String, String> labels = Map.of();
    private @Nullable Instant notBefore;

    private ARequest(String name) {
        this.name = name;
    }

    static ARequest named(String name) {
        return new ARequest(name);
    }

    ARequest id(JobId id) {
        this.id = id;
        return this;
    }

    ARequest team(String team) {
        this.team = team;
        return this;
    }

    ARequest by(String person) {
        this.submittedBy = person;
        return this;
    }

    ARequest inPlace(String folder) {
        run.mounts(List.of(new RunSpec.Mount(folder, "/data", false, null, false, true)));
        return this;
    }

    ARequest priority(int priority) {
        this.priority = priority;
        return this;
    }

    ARequest image(ImageSource image) {
        this.image = image;
        return this;
    }

    ARequest gpus(int count) {
        return gpus(new Gpus.Count(count, null, null));
    }

    ARequest gpus(Gpus gpus) {
        this.gpus = gpus;
        return this;
    }

    ARequest maxAttempts(int maxAttempts) {
        this.maxAttempts = maxAttempts;
        return this;
    }

    ARequest notBefore(Instant notBefore) {
        this.notBefore = notBefore;
        return this;
    }

    ARequest environment(Map<String, String> environment) {
        run.environment(environment);
        return this;
    }

    ARequest publicVariables(String... names) {
        run.publicVariables(List.of(names));
        return this;
    }

    ARequest command(String... words) {
        run.command(List.of(words));
        return this;
    }

    ARequest labels(Map<String, String> labels) {
        this.labels = labels;
        return this;
    }

    ARequest outputsAt(String location) {
        run.outputs(new RunSpec.Outputs("/outputs", location));
        return this;
    }

    ARequest hostPort(int port) {
        run.ports(List.of(new RunSpec.PortMapping(null, port, null, port, "tcp")));
        return this;
    }

    ARequest memory(long bytes) {
        run.memory(new DataSize(bytes));
        return this;
    }

    ARequest cpus(String cpus) {
        run.cpus(new BigDecimal(cpus));
        return this;
    }

    JobId id() {
        return id;
    }

    /** As the intake hands it to the store. */
    JobStore.Incoming incoming() {
        Request.Submit request = new Request.Submit(
                id,
                name,
                team,
                submittedBy,
                labels,
                priority,
                null,
                image,
                run.build(),
                gpus,
                new RetryPolicy(maxAttempts, Duration.ofSeconds(10), List.of()),
                null,
                Request.Submit.DEFAULT_GRACE_PERIOD,
                notBefore);
        byte[] json = RequestCodec.encode(request);
        String digest = RequestCodec.message(json).digest();
        return new JobStore.Incoming(
                request.jobId(),
                new JobStore.Stated(request),
                new String(json, StandardCharsets.UTF_8),
                HexFormat.of().parseHex(digest.substring("sha256:".length())));
    }
}
