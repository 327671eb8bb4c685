package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import dev.trainyard.submitter.publish.PublishedRequests;
import dev.trainyard.submitter.rest.JobResource.Phase;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of a job id, from its publication on. */
final class KnownJobs {

    private final History history;
    private final PublishedRequests published;

    KnownJobs(History history, PublishedRequests published) {
        this.history = history;
        this.published = published;
    }

    Optional<JobResource> find(JobId id) {
        return history.job(id)
                .map(JobResource::of)
                .or(() -> history.rejection(id).map(this::rejected))
                .or(() -> published.find(id).map(JobResource::of));
    }

    /** Newest first; null for any state that a job in the database can be in, any team. */
    List<JobResource> list(@Nullable Phase state, @Nullable String team, int limit) {
        return switch (state) {
            case PUBLISHED ->
                published.newest(limit).stream()
                        .filter(request -> team == null || team.equals(request.team()))
                        .flatMap(request -> find(request.jobId()).stream())
                        .filter(job -> job.state() == Phase.PUBLISHED)
                        .toList();
            // What cannot be read has no team.
            case REJECTED ->
                team != null
                        ? List.of()
                        : history.rejected(limit).stream().map(this::rejected).toList();
            case null -> stored(null, team, limit);
            case QUEUED, HELD, RUNNING, SUCCEEDED, FAILED, CANCELLED ->
                stored(JobState.valueOf(state.name()), team, limit);
        };
    }

    /** What was published here has a name, whatever the worker found in it. */
    private JobResource rejected(History.Rejected rejected) {
        return JobResource.rejected(rejected, published.find(rejected.jobId()).orElse(null));
    }

    private List<JobResource> stored(@Nullable JobState state, @Nullable String team, int limit) {
        return history.jobs(state, team, limit).stream().map(JobResource::of).toList();
    }

    /** @throws ApiException 404 if nothing is known */
    JobResource require(JobId id) {
        return find(id).orElseThrow(() -> ApiException.notFound(
                "nothing is known of job %s. A request that was just published by other means is known in a moment."
                        .formatted(id)));
    }
}
