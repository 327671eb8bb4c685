package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Hosts, their devices, and the queue before them. */
@RestController
@RequestMapping("/api/v1")
final class HostsController {

    private static final int MAX_QUEUE = 1_000;

    private final History history;

    HostsController(History history) {
        this.history = history;
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
                    Waiting.because(job.waitingBecause(), job.notBefore(), job.lastCause(), job.lastDetail()));
        }
    }

    @GetMapping("/workers")
    Workers workers() {
        return new Workers(history.workers());
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
