package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import dev.trainyard.submitter.publish.PublishedRequests;
import java.util.Optional;

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
                .or(() -> history.rejection(id).map(reason -> JobResource.rejected(id, reason)))
                .or(() -> published.find(id).map(JobResource::of));
    }

    /** @throws ApiException 404 if nothing is known */
    JobResource require(JobId id) {
        return find(id).orElseThrow(() -> ApiException.notFound(
                "nothing is known of job %s. A request that was just published by other means is known in a moment."
                        .formatted(id)));
    }
}
