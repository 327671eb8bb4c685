package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.db.BlobStore;
import dev.trainyard.db.DraftStore;
import dev.trainyard.db.History;
import dev.trainyard.db.Submissions;
import dev.trainyard.submitter.publish.PublishedRequests;
import dev.trainyard.submitter.publish.RequestPublisher;
import org.jspecify.annotations.Nullable;

/** Publishes requests, after refusing at once what a worker would refuse later. */
final class RequestSubmission {

    private final RequestPublisher publisher;
    private final PublishedRequests published;
    private final History history;
    private final BlobStore blobs;
    private final DraftStore drafts;
    private final InPlaceFolders inPlace;
    private final Submissions submissions;

    RequestSubmission(
            RequestPublisher publisher,
            PublishedRequests published,
            History history,
            BlobStore blobs,
            DraftStore drafts,
            InPlaceFolders inPlace,
            Submissions submissions) {
        this.publisher = publisher;
        this.published = published;
        this.history = history;
        this.blobs = blobs;
        this.drafts = drafts;
        this.inPlace = inPlace;
        this.submissions = submissions;
    }

    /**
     * The message is published byte for byte as it is.
     *
     * @param caller the account that the kernel named; null: the request did not come over the socket
     * @return the request with its draft filled in, as of now
     * @throws dev.trainyard.core.request.InvalidRequest if it is not a valid request
     * @throws dev.trainyard.core.draft.InvalidParameters if its parameters do not fit the draft that it names
     * @throws ApiException if it conflicts with what is stored
     */
    Request.Submit publish(byte[] json, @Nullable String caller) {
        RequestCodec.Message message = RequestCodec.message(json);
        Request.Submit request = switch (message.request()) {
            case Request.Submit submit -> submit;
            case Request.Train train -> require(train).draft().resolve(train);
            case Request.Cancel cancel ->
                throw ApiException.badRequest(
                        "to cancel a job, POST to /api/v1/jobs/%s/cancel, which works without Kafka"
                                .formatted(cancel.jobId()));
        };
        requireSource(request.image());
        requireSameContent(request.jobId(), message.digest());
        inPlace.grant(request, message.digest(), caller);
        if (caller != null) {
            submissions.record(request.jobId(), message.digest(), caller);
        }
        publisher.publish(request.jobId(), json);
        published.remember(request);
        return request;
    }

    private DraftStore.Stored require(Request.Train train) {
        return drafts.find(train.draft()).orElseThrow(() -> ApiException.notFound(drafts.whyMissing(train.draft())));
    }

    private void requireSource(ImageSource image) {
        if (image instanceof ImageSource.Build build) {
            requireSource(blobs, Sha256.parse(build.source()));
        }
    }

    /** @throws ApiException 409 if it has not been uploaded */
    static void requireSource(BlobStore blobs, Sha256 source) {
        if (!blobs.has(source.hex())) {
            throw ApiException.conflict("the build context %s is not stored here. PUT it to /api/v1/sources/%s first"
                    .formatted(source, source));
        }
    }

    private void requireSameContent(JobId job, String digest) {
        history.acceptedDigest(job).filter(accepted -> !accepted.equals(digest)).ifPresent(accepted -> {
            throw ApiException.conflict(
                    "job %s was accepted with other content: %s, now offered %s. A new job needs a new id"
                            .formatted(job, accepted, digest));
        });
    }
}
