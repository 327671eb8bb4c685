package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.BuiltNames;
import dev.trainyard.db.Cursor;
import dev.trainyard.db.History;
import dev.trainyard.db.LostHosts;
import dev.trainyard.db.Page;
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
    private static final int MAX_WORKERS = 1_000;
    private static final int MAX_GPUS = 10_000;

    private final History history;
    private final LostHosts lostHosts;
    private final BuiltNames builtNames;

    HostsController(History history, LostHosts lostHosts, BuiltNames builtNames) {
        this.history = history;
        this.lostHosts = lostHosts;
        this.builtNames = builtNames;
    }

    record Workers(List<History.Worker> workers, @Nullable String next) {}

    record Gpus(List<History.Gpu> gpus, @Nullable String next) {}

    record Queue(List<Place> queue, @Nullable String next) {}

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
    Workers workers(
            @RequestParam(defaultValue = "" + MAX_WORKERS) int limit,
            @RequestParam(required = false) @Nullable String after) {
        Page<History.Worker> page = history.workers(Cursor.parse(after), Limits.between(1, limit, MAX_WORKERS));
        return new Workers(page.items(), page.next());
    }

    /** Who gave the command. */
    record Forget(@Nullable String by) {}

    /** The worker that was removed. */
    record Forgotten(WorkerId workerId, String name) {}

    /** Declares a lost host gone for good and frees what it holds. Takes the worker's name or id. */
    @PostMapping(path = "/workers/{worker}/forget", consumes = MediaType.APPLICATION_JSON_VALUE)
    Forgotten forget(@PathVariable String worker, @RequestBody Forget word) {
        return switch (lostHosts.forget(worker, word.by())) {
            case LostHosts.Forgotten(WorkerId id, String name) -> new Forgotten(id, name);
            case LostHosts.UnknownWorker _ -> throw ApiException.notFound("there is no worker %s".formatted(worker));
            case LostHosts.StillThere(String name, long secondsAgo) ->
                throw ApiException.conflict(
                        "worker %s reported %d s ago: only a silent worker that is LOST or STOPPED can be forgotten. If its host is dead, wait until trainyard workers shows LOST. If you want to remove it, stop its process first."
                                .formatted(name, secondsAgo));
        };
    }

    /** An image name given by a build; the team is null for jobs without a team. */
    record BuiltName(@Nullable String name, @Nullable String team) {}

    /** Forgets the name: for that team, on that worker's host, it no longer means an image of a build. */
    @PostMapping(path = "/workers/{worker}/release-name", consumes = MediaType.APPLICATION_JSON_VALUE)
    BuiltName releaseName(@PathVariable String worker, @RequestBody BuiltName built) {
        if (built.name() == null) {
            throw ApiException.badRequest("name is missing: give an image name that a build gave");
        }
        if (!builtNames.release(worker, built.name(), built.team())) {
            throw ApiException.notFound(
                    "no build of %s gave the name %s on worker %s. All such names: trainyard sql \"select * from history.built_names\""
                            .formatted(
                                    built.team() == null ? "a job without a team" : "the team " + built.team(),
                                    built.name(),
                                    worker));
        }
        return built;
    }

    @GetMapping("/gpus")
    Gpus gpus(
            @RequestParam(defaultValue = "" + MAX_GPUS) int limit,
            @RequestParam(required = false) @Nullable String after) {
        Page<History.Gpu> page = history.gpus(Cursor.parse(after), Limits.between(1, limit, MAX_GPUS));
        return new Gpus(page.items(), page.next());
    }

    @GetMapping("/queue")
    Queue queue(@RequestParam(defaultValue = "100") int limit, @RequestParam(required = false) @Nullable String after) {
        Page<History.Queued> page = history.queue(Cursor.parse(after), Limits.between(1, limit, MAX_QUEUE));
        return new Queue(page.items().stream().map(Place::of).toList(), page.next());
    }
}
