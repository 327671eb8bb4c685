package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import dev.trainyard.db.LostHosts;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Hosts, their devices, and the queue before them. */
@RestController
@RequestMapping("/api/v1")
final class HostsController {

    private static final int MAX_QUEUE = 1_000;

    private final History history;
    private final LostHosts lostHosts;

    HostsController(History history, LostHosts lostHosts) {
        this.history = history;
        this.lostHosts = lostHosts;
    }

    record Workers(List<History.Worker> workers) {}

    record Gpus(List<History.Gpu> gpus) {}

    record Queue(List<Place> queue) {}

    /** A job's place in the queue. */
    record Place(
            long place,
            JobId jobId,
            String name,
            @Nullable String team,
            int priority,
            Instant queuedAt,
            @Nullable Instant notBefore,
            int attempts,
            @Nullable String waitingBecause) {

        static Place of(History.Queued job) {
            return new Place(
                    job.place(),
                    job.jobId(),
                    job.name(),
                    job.team(),
                    job.priority(),
                    job.queuedAt(),
                    job.notBefore(),
                    job.attempts(),
                    Waiting.because(
                            job.waitingBecause(),
                            job.notBefore(),
                            job.lastCause(),
                            job.lastDetail(),
                            job.freeRetries()));
        }
    }

    @GetMapping("/workers")
    Workers workers() {
        return new Workers(history.workers());
    }

    /** Who says so. */
    record Forget(@Nullable String by) {}

    /** The worker that is forgotten now. */
    record Forgotten(WorkerId workerId, String name) {}

    /** A host that is lost is gone for good: what it holds is freed. Its name or its id. */
    @PostMapping(path = "/workers/{worker}/forget", consumes = MediaType.APPLICATION_JSON_VALUE)
    Forgotten forget(@PathVariable String worker, @RequestBody Forget word) {
        return switch (lostHosts.forget(worker, word.by())) {
            case LostHosts.Forgotten(WorkerId id, String name) -> new Forgotten(id, name);
            case LostHosts.UnknownWorker _ -> throw ApiException.notFound("there is no worker %s".formatted(worker));
            case LostHosts.StillThere(String name, long secondsAgo) ->
                throw ApiException.conflict(
                        "worker %s was heard of %d s ago: only a worker that is LOST or STOPPED, and silent, is forgotten. If its host is dead, wait until it is LOST (trainyard workers shows it); if it is to go, stop its process first."
                                .formatted(name, secondsAgo));
        };
    }

    @GetMapping("/gpus")
    Gpus gpus() {
        return new Gpus(history.gpus());
    }

    @GetMapping("/queue")
    Queue queue(@RequestParam(defaultValue = "100") int limit) {
        return new Queue(history.queue(Limits.between(1, limit, MAX_QUEUE)).stream()
                .map(Place::of)
                .toList());
    }
}
