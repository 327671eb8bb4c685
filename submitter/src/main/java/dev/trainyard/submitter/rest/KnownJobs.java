package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.History;
import dev.trainyard.db.JobFilter;
import dev.trainyard.db.JobPlace;
import dev.trainyard.db.Page;
import dev.trainyard.submitter.publish.PublishedRequests;
import dev.trainyard.submitter.publish.PublishedRequests.Published;
import dev.trainyard.submitter.rest.JobResource.Phase;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything known of a job id, from its publication on. */
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

    /**
     * Newest first: by the time of acceptance, of publication if the job is not yet accepted, or of rejection.
     *
     * @param phases empty: all states of a job in the database
     * @param filter its states are ignored
     */
    Page<JobResource> list(Set<Phase> phases, JobFilter filter, @Nullable JobPlace after, int limit) {
        Map<JobId, Placed> found = new LinkedHashMap<>();
        // In this order, a job that is accepted meanwhile is found twice instead of missed.
        if (phases.contains(Phase.PUBLISHED)) {
            published(filter, after, limit + 1)
                    .forEach(each -> found.put(each.place().id(), each));
        }
        if (phases.contains(Phase.REJECTED)) {
            rejected(filter, after, limit + 1)
                    .forEach(each -> found.put(each.place().id(), each));
        }
        Set<JobState> states = states(phases);
        if (phases.isEmpty() || !states.isEmpty()) {
            history.jobs(filter.in(states.size() == JobState.values().length ? Set.of() : states), after, limit + 1)
                    .forEach(job -> found.put(
                            job.jobId(), new Placed(new JobPlace(job.acceptedAt(), job.jobId()), JobResource.of(job))));
        }
        Page<Placed> page = Page.of(
                found.values().stream()
                        .sorted(Comparator.comparing(Placed::place))
                        .limit(limit + 1L)
                        .toList(),
                limit,
                placed -> placed.place().cursor());
        return new Page<>(page.items().stream().map(Placed::job).toList(), page.next());
    }

    private record Placed(JobPlace place, JobResource job) {}

    private static Set<JobState> states(Set<Phase> phases) {
        return phases.stream()
                .filter(phase -> phase != Phase.PUBLISHED && phase != Phase.REJECTED)
                .map(phase -> JobState.valueOf(phase.name()))
                .collect(Collectors.toSet());
    }

    private List<Placed> published(JobFilter filter, @Nullable JobPlace after, int limit) {
        List<Published> newest = published.newest(
                request -> isMeant(request, filter) && (after == null || after.compareTo(place(request)) < 0), limit);
        Set<JobId> unknown =
                Set.copyOf(history.unknown(newest.stream().map(Published::jobId).toList()));
        return newest.stream()
                .filter(request -> unknown.contains(request.jobId()))
                .map(request -> new Placed(place(request), JobResource.of(request)))
                .toList();
    }

    private static JobPlace place(Published request) {
        return new JobPlace(request.at(), request.jobId());
    }

    /** Of a message that cannot be read, only what this server knows from publishing it: name, team, person and labels. */
    private List<Placed> rejected(JobFilter filter, @Nullable JobPlace after, int limit) {
        boolean needsRequest = filter.name() != null
                || filter.team() != null
                || filter.submittedBy() != null
                || !filter.labels().isEmpty();
        List<JobId> among = needsRequest
                ? published.newest(request -> says(request, filter), Integer.MAX_VALUE).stream()
                        .map(Published::jobId)
                        .toList()
                : null;
        return history.rejected(among, filter.idPart(), filter.since(), after, limit).stream()
                .map(rejected -> new Placed(new JobPlace(rejected.rejectedAt(), rejected.jobId()), rejected(rejected)))
                .toList();
    }

    private static boolean isMeant(Published request, JobFilter filter) {
        return says(request, filter)
                && (filter.since() == null || !request.at().isBefore(filter.since()))
                && (filter.idPart() == null
                        || filter.idPart().matches(request.jobId().toString()));
    }

    /** Read from the request itself. */
    private static boolean says(Published request, JobFilter filter) {
        return isIn(filter.name(), request.name())
                && isIn(filter.team(), request.team())
                && isIn(filter.submittedBy(), request.submittedBy())
                && filter.labels().stream()
                        .allMatch(label -> request.labels().containsKey(label.name())
                                && isIn(label.value(), request.labels().get(label.name())));
    }

    private static boolean isIn(@Nullable String wanted, @Nullable String value) {
        return wanted == null || wanted.equals(value);
    }

    /** A request that this server published has a name, even if a worker rejected it. */
    private JobResource rejected(History.Rejected rejected) {
        return JobResource.rejected(rejected, published.find(rejected.jobId()).orElse(null));
    }

    /** @throws ApiException 404 if nothing is known */
    JobResource require(JobId id) {
        return find(id).orElseThrow(() -> ApiException.notFound(
                "there is no job %s. A request that was just published straight to Kafka appears in a moment."
                        .formatted(id)));
    }
}
