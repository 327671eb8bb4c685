package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.launch.MonotonicClock;
import dev.trainyard.worker.attempt.DiskCalls.DiskCall;
import dev.trainyard.worker.attempt.Waiting.Wait;
import dev.trainyard.worker.attempt.Waiting.Woken;
import dev.trainyard.worker.engine.ContainerId;
import dev.trainyard.worker.engine.EngineSilent;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt and its thread: the value that goes through the steps, and what the steps use for this attempt. */
final class AttemptRun {

    private static final Logger log = LoggerFactory.getLogger(AttemptRun.class);
    private static final Duration ENGINE_PAUSE = Duration.ofSeconds(1);

    private final AttemptId id;
    private final AttemptLog attemptLog;
    private final Waiting waiting = new Waiting(MonotonicClock.SYSTEM);
    private final Persistence persistence;
    private final DiskCalls disks;
    private final AcceptedRequest request;

    /** The thread that makes the manifest reads this repeatedly. */
    private volatile Attempt.Wanted outputsWanted = Attempt.Wanted.ALL;

    private @Nullable LogFollower follower;
    private Known known;

    /**
     * @param row may be outdated
     * @param requests the request of a job, as JSON
     */
    AttemptRun(Attempt row, AttemptLog attemptLog, Function<JobId, String> requests) {
        this.id = row.id();
        this.attemptLog = attemptLog;
        this.persistence = new Persistence(id, waiting);
        this.disks = new DiskCalls(id, waiting);
        this.request = new AcceptedRequest(() -> persist(() -> requests.apply(row.jobId())));
        this.known = Known.of(row);
    }

    /** The request of the attempt's job. It never changes. It is read and decoded at most once, because this is expensive. */
    private static final class AcceptedRequest {

        private final Supplier<String> json;
        private Request.@Nullable Submit decoded;
        private String digest = "";

        AcceptedRequest(Supplier<String> json) {
            this.json = json;
        }

        Request.Submit get() {
            if (decoded == null) {
                String text = json.get();
                decoded = RequestCodec.accepted(text);
                // Only a grant needs the digest.
                digest = decoded.run().storage().inPlace().isEmpty() ? "" : RequestCodec.digest(text);
            }
            return decoded;
        }

        String digest() {
            Request.Submit unused = get();
            return digest;
        }
    }

    /** Runs a step. If it throws, the value stays as it was, and the attempt continues from its row later. */
    void go(Step step) {
        known = step.run(this, known);
    }

    AttemptId id() {
        return id;
    }

    AttemptLog log() {
        return attemptLog;
    }

    Waiting waiting() {
        return waiting;
    }

    Request.Submit request() {
        return request.get();
    }

    /** The digest of {@link #request}. Empty if the request mounts nothing in place. */
    String requestDigest() {
        return request.digest();
    }

    /** Adds a line to the attempt's log. An interrupt remains set for the next call. */
    void say(Source source, String line) {
        try {
            attemptLog.line(source, line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts to copy the container's log, unless that has begun. */
    LogFollower follow(Host host, ContainerId container) {
        if (follower == null) {
            follower = LogFollower.start(host, this, container);
        }
        return follower;
    }

    /** Pauses, because the engine does not answer. Logs this once per silence. {@link HostHealth} reports it for the whole host. */
    Known waitForEngine(Known before, EngineSilent silence) {
        if (!before.engine().silent()) {
            log.info("engine does not answer, waiting attempt={} error={}", id, silence.getMessage());
        }
        pause(ENGINE_PAUSE);
        return before.after(silence);
    }

    /** The thread has finished with the attempt, or lets go of it. */
    void release() {
        if (follower != null) {
            follower.detach();
        }
        attemptLog.close();
    }

    /** Sets which outputs are still wanted. */
    void wants(Attempt.Wanted outputs) {
        outputsWanted = outputs;
    }

    Attempt.Wanted outputsWanted() {
        return outputsWanted;
    }

    /** @see Waiting#await */
    <T> T await(@Nullable Duration atMost, boolean heedRow, Wait<T> wait) throws Woken {
        return waiting.await(atMost, heedRow, wait);
    }

    /** @see Waiting#pause */
    void pause(Duration length) {
        waiting.pause(length);
    }

    /** @see DiskCalls#ask */
    <T> T ofDisk(DiskCall<T> call) throws Woken, IOException {
        return disks.ask(call);
    }

    /** @see Persistence#persist */
    <T> T persist(Supplier<T> transaction) {
        return persistence.persist(transaction);
    }
}
