package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.JobId;
import dev.trainyard.db.JobStore;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Commands on a job. They are database transactions and work without Kafka. */
@RestController
@RequestMapping(path = "/api/v1/jobs/{jobId}", consumes = MediaType.APPLICATION_JSON_VALUE)
final class CommandsController {

    private static final int MAX_PRIORITY = 1_000;

    private final JobStore store;

    CommandsController(JobStore store) {
        this.store = store;
    }

    /** Who gave the command, and why. */
    record Command(@Nullable String by, @Nullable String reason) {

        /** Both in one text; null if neither was given. */
        @Nullable
        String text() {
            String text = Stream.of(by, reason).filter(Objects::nonNull).collect(Collectors.joining(": "));
            return text.isEmpty() ? null : text;
        }
    }

    /** @param force true: kill the program at once, without a grace period */
    record Cancel(
            @Nullable String by,
            @Nullable String reason,
            @Nullable Boolean force) {}

    record Priority(@Nullable Integer priority) {}

    /** {@link JobStore.Cancellation} or {@link JobStore.Change}, by name. */
    record Result(String result) {}

    /** Also valid before the job arrives: the cancellation is stored. A second call kills a program that is being stopped. */
    @PostMapping("/cancel")
    Result cancel(@PathVariable JobId jobId, @RequestBody Cancel cancel) {
        JobStore.Kill kill =
                Boolean.TRUE.equals(cancel.force()) ? JobStore.Kill.AT_ONCE : JobStore.Kill.IF_ASKED_BEFORE;
        return new Result(store.cancel(jobId, new Command(cancel.by(), cancel.reason()).text(), kill)
                .name());
    }

    @PostMapping("/hold")
    Result hold(@PathVariable JobId jobId, @RequestBody Command command) {
        return result(jobId, store.hold(jobId, Objects.requireNonNullElse(command.text(), "someone held it")));
    }

    @PostMapping("/release")
    Result release(@PathVariable JobId jobId) {
        return result(jobId, store.release(jobId));
    }

    @PostMapping("/priority")
    Result prioritise(@PathVariable JobId jobId, @RequestBody Priority priority) {
        Integer wanted = priority.priority();
        if (wanted == null || wanted < 0 || wanted > MAX_PRIORITY) {
            throw ApiException.badRequest("priority: %s is not between 0 and %d".formatted(wanted, MAX_PRIORITY));
        }
        return result(jobId, store.prioritise(jobId, wanted));
    }

    private static Result result(JobId job, JobStore.Change change) {
        return switch (change) {
            case DONE, REMEMBERED, ALREADY_ENDED -> new Result(change.name());
            case UNKNOWN -> throw ApiException.notFound("no job %s has been accepted".formatted(job));
        };
    }
}
