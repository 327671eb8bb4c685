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

/** One attempt in the hands of one thread: the value that goes through its steps, and what the steps work with. */
final class AttemptRun {

    private static final Logger log = LoggerFactory.getLogger(AttemptRun.class);
    private static final Duration ENGINE_PAUSE = Duration.ofSeconds(1);

    private final AttemptId id;
    private final AttemptLog attemptLog;
    private final Waiting waiting = new Waiting(MonotonicClock.SYSTEM);
    private final Persistence persistence;
    private final DiskCalls disks;
    private final AcceptedRequest request;

    /** Read by the thread that makes the manifest, as it goes. */
    private volatile Attempt.Wanted outputsWanted = Attempt.Wanted.ALL;

    private @Nullable LogFollower follower;
    private Known known;

    /**
     * @param row as of now or of before
     * @param requests what a job asks for, JSON
     */
    AttemptRun(Attempt row, AttemptLog attemptLog, Function<JobId, String> requests) {
        this.id = row.id();
        this.attemptLog = attemptLog;
        this.persistence = new Persistence(id, waiting);
        this.disks = new DiskCalls(id, waiting);
        this.request = new AcceptedRequest(() -> persist(() -> requests.apply(row.jobId())));
        this.known = Known.of(row);
    }

    /** What the attempt's job asks for. It never changes, and reading it is dear: once per attempt, and only if something asks. */
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
                // Only a grant needs it.
                digest = decoded.run().storage().inPlace().isEmpty() ? "" : RequestCodec.digest(text);
            }
            return decoded;
        }

        String digest() {
            Request.Submit unused = get();
            return digest;
        }
    }

    /** Takes what is known through a step. One that throws has learnt nothing: it is taken up again from the row. */
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

    /** The digest of {@link #request}, as it is executed; empty if it mounts nothing in place. */
    String requestDigest() {
        return request.digest();
    }

    /** Adds a line to the attempt's log. An interrupt stays for whatever is called next. */
    void say(Source source, String line) {
        try {
            attemptLog.line(source, line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts carrying the container's log, unless that is under way. */
    LogFollower follow(Host host, ContainerId container) {
        if (follower == null) {
            follower = LogFollower.start(host, this, container);
        }
        return follower;
    }

    /** Pauses, since the engine does not answer, which is told once until it does; that it takes no new work is told for the whole host. */
    Known waitForEngine(Known before, EngineSilent silence) {
        if (!before.engine().silent()) {
            log.info("engine does not answer, waiting attempt={} error={}", id, silence.getMessage());
        }
        pause(ENGINE_PAUSE);
        return before.after(silence);
    }

    /** The thread is done with the attempt, one way or the other. */
    void release() {
        if (follower != null) {
            follower.detach();
        }
        attemptLog.close();
    }

    /** How much of the outputs is still to be gathered: whoever reads them asks as he goes. */
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
