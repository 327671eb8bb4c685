package dev.trainyard.submitter;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Planner;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.CrashSuspects;
import dev.trainyard.db.Database;
import dev.trainyard.db.DraftStore;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.JobStore;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.OutputStore;
import dev.trainyard.db.PlanStore;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.Role;
import dev.trainyard.db.WorkerStore;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Does what a worker does, without a container: each method is one of its transactions. */
final class TestWorker implements AutoCloseable {

    private final Database database;
    private final JobStore jobs;
    private final DraftStore drafts;
    private final PlanStore plans;
    private final AttemptStore attempts;
    private final LogStore logs;
    private final WorkerStore workers;
    private final OutputStore outputs;
    private final WorkerStore.Registration registration;
    private Incarnation me;

    TestWorker(PostgresUrl postgres) {
        database = Database.connect(postgres, Role.WORKER, 2);
        jobs = new JobStore(database);
        drafts = new DraftStore(database);
        attempts = new AttemptStore(database);
        logs = new LogStore(database);
        outputs = new OutputStore(database);
        plans = new PlanStore(database);
        workers = new WorkerStore(database);
        registration = new WorkerStore.Registration(
                new WorkerId(UUID.randomUUID()),
                "worker-1",
                "host-1",
                "boot",
                1,
                2,
                3,
                Instant.EPOCH,
                "engine",
                BigDecimal.valueOf(8),
                8L << 30,
                4,
                "/srv/outputs",
                List.of("/srv/state"),
                "test",
                false,
                List.of(new WorkerStore.OfferedDevice(
                        "GPU-" + UUID.randomUUID(), 0, "GPU", "NVIDIA H100", 80L << 30, null)));
        me = register();
    }

    private Incarnation register() {
        return workers.register(registration, (pid, started) -> false).me();
    }

    /** It takes the attempt up, its process ends, and the next one registers. */
    void diesWith(AttemptId attempt) {
        new CrashSuspects(database).takenUp(me, attempt);
        me = register();
    }

    JobStore.Acceptance accept(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        String digest = RequestCodec.message(bytes).digest().substring("sha256:".length());
        Request request = RequestCodec.decode(bytes);
        return jobs.accept(List.of(new JobStore.Incoming(
                        request.jobId(), content(request), json, HexFormat.of().parseHex(digest))))
                .getFirst();
    }

    private JobStore.Content content(Request request) {
        return switch (request) {
            case Request.Submit submit -> new JobStore.Stated(submit);
            case Request.Train train -> {
                DraftStore.Stored stored = drafts.find(train.draft()).orElseThrow();
                yield new JobStore.Drafted(stored.draft().resolve(train), stored.ref());
            }
            case Request.Cancel cancel -> throw new IllegalArgumentException(cancel.toString());
        };
    }

    void reject(String json, String jobId, String reason) {
        jobs.reject(
                "trainyard.requests",
                0,
                System.nanoTime(),
                dev.trainyard.core.request.JobId.parse(jobId),
                reason,
                json.getBytes(StandardCharsets.UTF_8));
    }

    /** Places all that is queued, and starts the one attempt that this makes live. */
    AttemptId start() {
        AttemptId attempt = reserve();
        begin(attempt);
        started(attempt);
        return attempt;
    }

    void begin(AttemptId attempt) {
        attempts.begin(me, attempt, "file://host-1/srv/outputs/" + attempt);
    }

    void started(AttemptId attempt) {
        attempts.imaged(me, attempt, "sha256:1234");
        attempts.created(me, attempt, "c0ffee", "ty-digits-1-" + attempt.shortForm());
        attempts.started(me, attempt, Instant.now(), List.of("python", "train.py", "--lr", "0.1"));
    }

    AttemptId reserve() {
        plans.cycle(Planner::plan);
        return attempts.unfinishedOf(me.worker()).getLast().id();
    }

    void log(AttemptId attempt, String text) {
        logs.append(attempt, LogStore.Source.CONTAINER, text, null);
    }

    void unfit(String reason) {
        workers.unfit(me, reason);
    }

    void build(AttemptId attempt, String text) {
        logs.append(attempt, LogStore.Source.IMAGE, text, null);
    }

    void output(AttemptId attempt, String... paths) {
        outputs.record(
                attempt,
                Stream.of(paths)
                        .map(path -> new OutputStore.OutputFile(path, "CHECKPOINT", 42, "ab".repeat(32), Instant.EPOCH))
                        .toList(),
                List.of(),
                List.of("more than 100000 files"));
    }

    void end(AttemptId attempt, int exitCode, Retry.Decision decision) {
        attempts.exited(
                me, attempt, new AttemptStore.Exit(exitCode, false, null, Instant.now(), false, null, null, null));
        attempts.ended(
                me,
                attempt,
                new AttemptStore.End(
                        exitCode == 0 ? Cause.COMPLETED : Cause.PROGRAM_ERROR,
                        exitCode == 0 ? null : "the program ended with exit code " + exitCode,
                        true,
                        counters -> decision));
    }

    /** Nothing of it started: it fails for the cause. */
    void fail(AttemptId attempt, Cause cause, Retry.Decision decision) {
        attempts.failed(me, attempt, new AttemptStore.End(cause, "no such host", null, counters -> decision));
    }

    static Retry.Decision retryAtOnce() {
        return new Retry.RetryAfter(Duration.ZERO, new Retry.Counters(1, 0));
    }

    @Override
    public void close() {
        database.close();
    }
}
