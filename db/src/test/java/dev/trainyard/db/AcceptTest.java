package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.request.JobId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AcceptTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void an_accepted_job_is_queued_with_everything_that_its_request_says() {
        JobId job = yard.submit(ARequest.named("mnist").team("vision").by("ada").priority(700));

        assertThat(yard.row(job))
                .containsEntry("state", "QUEUED")
                .containsEntry("name", "mnist")
                .containsEntry("team", "vision")
                .containsEntry("submitted_by", "ada")
                .containsEntry("priority", 700);
        assertThat(yard.events(job)).containsExactly("job.accepted", "job.queued");
    }

    @Test
    void a_request_without_team_and_person_is_accepted() {
        JobId job = yard.submit(ARequest.named("mnist"));

        assertThat(yard.row(job)).containsEntry("team", null).containsEntry("submitted_by", null);
    }

    @Test
    void a_request_that_mounts_in_place_is_accepted_with_a_grant_and_for_its_worker_only() {
        Incarnation other = yard.register(AWorker.named("gpu-1").gpus(1));
        Incarnation theirs = yard.register(AWorker.named("gpu-2").gpus(1));
        ARequest request = ARequest.named("mnist").inPlace("/home/ann/data");
        grant(request, theirs, "/home/ann/data");

        assertThat(yard.jobs.accept(List.of(request.incoming()))).containsExactly(new JobStore.Accepted());

        yard.plan();
        assertThat(yard.texts("select worker_id::text from trainyard.attempt"))
                .containsExactly(theirs.worker().toString())
                .doesNotContain(other.worker().toString());
        assertThat(new InPlaceGrants(yard.database)
                        .find(request.id(), "sha256:" + hex(request.incoming().digest())))
                .contains(new InPlaceGrants.Grant(theirs.worker(), List.of("/home/ann/data")));
    }

    @Test
    void a_request_that_mounts_in_place_is_refused_without_a_grant_of_its_own() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        ARequest granted = ARequest.named("mnist").inPlace("/home/ann/data");
        grant(granted, me, "/home/ann/data");
        ARequest altered = ARequest.named("altered").id(granted.id()).inPlace("/home/ann/data");
        ARequest another = ARequest.named("mnist").inPlace("/home/ann/data");
        ARequest more = ARequest.named("more").inPlace("/home/ann");
        grant(more, me, "/home/ann/data");

        for (ARequest request : List.of(altered, another, more)) {
            assertThat(yard.jobs.accept(List.of(request.incoming())))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            JobStore.Refused.class,
                            refused -> assertThat(refused.reason())
                                    .contains("is to be mounted in place, and no server has granted that"));
        }
    }

    @Test
    void a_grant_whose_request_never_came_is_removed_after_an_hour() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        ARequest never = ARequest.named("never").inPlace("/home/ann/data");
        ARequest accepted = ARequest.named("accepted").inPlace("/home/ann/data");
        grant(never, me, "/home/ann/data");
        grant(accepted, me, "/home/ann/data");
        yard.jobs.accept(List.of(accepted.incoming()));
        yard.update("update trainyard.in_place_grant set granted_at = granted_at - interval '61 minutes'");

        grant(ARequest.named("later").inPlace("/home/ann/data"), me, "/home/ann/data");

        assertThat(yard.jobs.accept(List.of(never.incoming()))).singleElement().isInstanceOf(JobStore.Refused.class);
        assertThat(new InPlaceGrants(yard.database)
                        .find(accepted.id(), "sha256:" + hex(accepted.incoming().digest())))
                .isPresent();
    }

    private void grant(ARequest request, Incarnation worker, String place) {
        String digest = "sha256:" + hex(request.incoming().digest());
        try (Database server = Database.connect(yard.url, Role.SERVER, 1)) {
            new InPlaceGrants(server)
                    .give(request.id(), digest, new InPlaceGrants.Grant(worker.worker(), List.of(place)), "ann");
        }
    }

    @Test
    void an_empty_batch_changes_nothing() {
        assertThat(yard.jobs.accept(List.of())).isEmpty();
    }

    @Test
    void the_same_record_ten_times_is_one_job() {
        ARequest request = ARequest.named("mnist");
        yard.submit(request);

        for (int again = 0; again < 9; again++) {
            assertThat(yard.jobs.accept(List.of(request.incoming()))).containsExactly(new JobStore.Duplicate());
        }

        assertThat(yard.events(request.id())).containsExactly("job.accepted", "job.queued");
    }

    @Test
    void another_request_under_the_same_id_is_a_conflict_that_names_both_digests() {
        ARequest first = ARequest.named("mnist");
        ARequest other = ARequest.named("cifar").id(first.id());
        yard.submit(first);

        List<JobStore.Acceptance> results = yard.jobs.accept(List.of(other.incoming()));

        assertThat(results)
                .containsExactly(new JobStore.Conflict(
                        hex(first.incoming().digest()), hex(other.incoming().digest())));
        assertThat(yard.row(first.id())).containsEntry("name", "mnist");
    }

    @Test
    void one_batch_may_hold_a_record_twice_and_a_conflict() {
        ARequest first = ARequest.named("mnist");
        ARequest other = ARequest.named("cifar").id(first.id());
        ARequest another = ARequest.named("digits");

        List<JobStore.Acceptance> results =
                yard.jobs.accept(List.of(first.incoming(), first.incoming(), other.incoming(), another.incoming()));

        assertThat(results)
                .containsExactly(
                        new JobStore.Accepted(),
                        new JobStore.Duplicate(),
                        new JobStore.Conflict(
                                hex(first.incoming().digest()),
                                hex(other.incoming().digest())),
                        new JobStore.Accepted());
    }

    @Test
    void a_job_that_was_cancelled_before_it_came_is_cancelled_and_says_by_whom() {
        ARequest request = ARequest.named("mnist");
        yard.jobs.cancel(request.id(), "ada", JobStore.Kill.NEVER);

        yard.submit(request);

        assertThat(yard.row(request.id()))
                .containsEntry("state", "CANCELLED")
                .containsEntry("cancel_requested_by", "ada")
                .doesNotContainEntry("ended_at", null);
        assertThat(yard.events(request.id())).containsExactly("job.accepted", "job.ended");
    }

    @Test
    void a_job_that_was_cancelled_without_a_name_before_it_arrived_is_cancelled_too() {
        ARequest request = ARequest.named("mnist");
        yard.jobs.cancel(request.id(), null, JobStore.Kill.NEVER);

        yard.submit(request);

        assertThat(yard.state(request.id())).isEqualTo("CANCELLED");
    }

    @Test
    void a_record_that_is_replayed_after_its_job_was_pruned_does_not_run_again() {
        ARequest request = ARequest.named("mnist");
        yard.submit(request);
        yard.update("delete from trainyard.job where id = ?", request.id().value());

        assertThat(yard.jobs.accept(List.of(request.incoming()))).containsExactly(new JobStore.Duplicate());
    }

    @Test
    void batches_that_overlap_in_any_order_are_accepted_by_many_workers_at_once() throws Exception {
        List<ARequest> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            requests.add(ARequest.named("job-" + i));
        }
        List<JobStore.Incoming> forward =
                requests.stream().map(ARequest::incoming).toList();

        List<Future<List<JobStore.Acceptance>>> workers = new ArrayList<>();
        for (int worker = 0; worker < 6; worker++) {
            List<JobStore.Incoming> batch = worker % 2 == 0 ? forward : forward.reversed();
            workers.add(yard.async(() -> yard.jobs.accept(batch)));
        }

        int accepted = 0;
        for (Future<List<JobStore.Acceptance>> worker : workers) {
            for (JobStore.Acceptance acceptance : worker.get()) {
                accepted += acceptance instanceof JobStore.Accepted ? 1 : 0;
            }
        }
        assertThat(accepted).isEqualTo(40);
    }

    @Test
    void a_rejected_record_is_kept_once_with_its_reason() {
        JobId job = new JobId(UUID.randomUUID());

        yard.jobs.reject("trainyard.requests", 3, 42, job, "no such field: gpu", new byte[] {'{', '}'});
        yard.jobs.reject("trainyard.requests", 3, 42, job, "no such field: gpu", new byte[] {'{', '}'});

        assertThat(yard.sql("select job_id, reason, record_offset from history.rejected")
                        .query()
                        .listOfRows())
                .singleElement()
                .satisfies(row -> assertThat(row)
                        .containsEntry("job_id", job.value())
                        .containsEntry("reason", "no such field: gpu")
                        .containsEntry("record_offset", 42L));
    }

    @Test
    void of_a_rejected_record_that_names_no_job_the_first_64_kib_are_kept() {
        yard.jobs.reject("trainyard.requests", 0, 1, null, "not JSON", new byte[100_000]);

        assertThat(yard.sql("select length(payload) from trainyard.rejected_request where job_id is null")
                        .query(Integer.class)
                        .single())
                .isEqualTo(64 * 1024);
    }

    @Test
    void a_reason_with_characters_that_postgres_cannot_store_is_kept() {
        yard.jobs.reject("trainyard.requests", 0, 1, null, "unexpected '\0' and '\ud800'", new byte[0]);

        assertThat(yard.text("select reason from history.rejected")).isEqualTo("unexpected '\ufffd' and '\ufffd'");
    }

    private static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
