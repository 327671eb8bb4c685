package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.JobState;
import dev.trainyard.core.request.DraftRef;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import java.nio.charset.StandardCharsets;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Jobs: {@code accept}, {@code cancel}, {@code hold}, {@code release}, {@code prioritise}. */
public final class JobStore {

    private static final String NOT_GRANTED =
            "%s is to be mounted in place, and no server has granted that to this request. Send the request to the socket of the server on the machine with that folder (trainyard submit does), within an hour";

    private final Database database;
    private final JdbcClient sql;
    private final JobEvents events;

    public JobStore(Database database) {
        this.database = database;
        this.sql = database.sql();
        this.events = new JobEvents(sql);
    }

    /**
     * A decoded record.
     *
     * @param json the message as published
     * @param digest SHA-256 over its canonical form
     */
    public record Incoming(JobId job, Content content, String json, byte[] digest) {}

    /** The result of resolving a message. */
    public sealed interface Content {}

    /** The message contains the run specification. */
    public record Stated(Request.Submit request) implements Content {}

    /** The message names a draft. This version of it results in this request. */
    public record Drafted(Request.Submit request, DraftRef draft) implements Content {}

    /** The message names a draft that does not exist, or its parameters do not match the draft. */
    public record Unresolvable(String reason) implements Content {}

    /** The result of accepting a record. */
    public sealed interface Acceptance {}

    /** The job is now QUEUED, or CANCELLED if its cancellation arrived earlier. */
    public record Accepted() implements Acceptance {}

    /** The same request was accepted before. Nothing changes. */
    public record Duplicate() implements Acceptance {}

    /** The request is not valid, and no job was created. */
    public record Refused(String reason) implements Acceptance {}

    /** Another request was accepted under this id. Both digests are hexadecimal. */
    public record Conflict(String accepted, String offered) implements Acceptance {}

    /**
     * Accepts all requests of a batch in one transaction. The result has one entry per record; a later record of the batch with the same id
     * is a duplicate or a conflict. A request that was accepted before remains accepted, even if its draft has been removed since.
     */
    public List<Acceptance> accept(List<Incoming> batch) {
        if (batch.isEmpty()) {
            return List.of();
        }
        return database.inTransaction(() -> {
            List<JobId> ids =
                    batch.stream().map(Incoming::job).distinct().sorted().toList();
            KeyLocks.take(sql, ids.stream().map(JobStore::lockOf).toList());
            Map<UUID, byte[]> seen = seen(ids);
            Map<UUID, @Nullable String> cancelled = tombstones(ids);
            List<Acceptance> results = new ArrayList<>();
            for (Incoming incoming : batch) {
                UUID id = incoming.job().value();
                byte[] before = seen.get(id);
                if (before == null) {
                    Acceptance result = admit(incoming, cancelled.containsKey(id), cancelled.get(id));
                    if (result instanceof Accepted) {
                        seen.put(id, incoming.digest());
                    }
                    results.add(result);
                } else if (java.util.Arrays.equals(before, incoming.digest())) {
                    results.add(new Duplicate());
                } else {
                    results.add(new Conflict(hex(before), hex(incoming.digest())));
                }
            }
            notifyPlanner();
            return results;
        });
    }

    private Acceptance admit(Incoming incoming, boolean cancelledBefore, @Nullable String cancelledBy) {
        return switch (incoming.content()) {
            case Stated(Request.Submit request) -> {
                List<String> inPlace = request.run().storage().inPlace();
                Optional<InPlaceGrants.Grant> grant = inPlace.isEmpty()
                        ? Optional.empty()
                        : InPlaceGrants.find(sql, request.jobId(), incoming.digest());
                if (!inPlace.isEmpty()
                        && grant.filter(given -> given.places().containsAll(inPlace))
                                .isEmpty()) {
                    yield new Refused(NOT_GRANTED.formatted(inPlace.getFirst()));
                }
                insert(incoming, request, incoming.json(), cancelledBefore, cancelledBy);
                if (grant.isPresent()) {
                    sql.sql("update trainyard.job set only_worker = :worker where id = :id")
                            .param("worker", grant.get().worker().value())
                            .param("id", request.jobId().value())
                            .update();
                }
                yield new Accepted();
            }
            case Drafted(Request.Submit request, DraftRef draft)
            when !request.run().storage().inPlace().isEmpty() ->
                new Refused("draft %s mounts %s in place, which no draft can"
                        .formatted(draft, request.run().storage().inPlace().getFirst()));
            case Drafted(Request.Submit request, DraftRef draft) -> {
                String resolved = new String(RequestCodec.encode(request), StandardCharsets.UTF_8);
                insert(incoming, request, resolved, cancelledBefore, cancelledBy);
                insertDraft(incoming, draft);
                yield new Accepted();
            }
            case Unresolvable(String reason) -> new Refused(reason);
        };
    }

    private void insertDraft(Incoming incoming, DraftRef draft) {
        sql.sql("""
                insert into trainyard.job_draft (job_id, name, version, published)
                values (:id, :name, :version, :published::jsonb)""")
                .param("id", incoming.job().value())
                .param("name", draft.name())
                .param("version", draft.version())
                .param("published", incoming.json())
                .update();
    }

    private void insert(
            Incoming incoming,
            Request.Submit request,
            String json,
            boolean cancelledBefore,
            @Nullable String cancelledBy) {
        JobNeeds.bind(sql.sql("""
                insert into trainyard.job (id, name, team, submitted_by, labels, priority, state, request, digest,
                    submitted_at, queued_at, not_before, ended_at, cancel_requested_at, cancel_requested_by, last_event, account, %s)
                select :id, :name, :team, :by, :labels::jsonb, :priority, :state, :request::jsonb, :digest,
                    :submittedAt, now.at, :notBefore,
                    case when :cancelled then now.at end, case when :cancelled then now.at end, :cancelledBy, 2,
                    (select account from trainyard.submission where job_id = :id and digest = :digest), %s
                from (select clock_timestamp() as at) now""".formatted(JobNeeds.COLUMNS, JobNeeds.VALUES)), request)
                .param("id", request.jobId().value())
                .param("name", request.name())
                .param("team", request.team())
                .param("by", request.submittedBy())
                .param("labels", Json.object(request.labels()))
                .param("priority", request.priority())
                .param("state", (cancelledBefore ? JobState.CANCELLED : JobState.QUEUED).name())
                .param("request", json)
                .param("digest", incoming.digest())
                .param("submittedAt", time(request.submittedAt()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("notBefore", time(request.notBefore()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("cancelled", cancelledBefore)
                .param("cancelledBy", cancelledBy, Types.VARCHAR)
                .update();
        sql.sql("""
                with seen as (insert into trainyard.job_seen (job_id, digest) values (:id, :digest))
                insert into trainyard.job_event (job_id, seq, type, data) values
                    (:id, 1, 'job.accepted', jsonb_build_object('digest', :hex)),
                    (:id, 2, :second, case when :cancelled then '{"state":"CANCELLED"}' else '{}' end::jsonb)""")
                .param("id", request.jobId().value())
                .param("digest", incoming.digest())
                .param("hex", hex(incoming.digest()))
                .param("second", cancelledBefore ? "job.ended" : "job.queued")
                .param("cancelled", cancelledBefore)
                .update();
    }

    /** The result of {@link #cancel}. */
    public enum Cancellation {
        /** The job is CANCELLED now. */
        CANCELLED,
        /** The running attempt gets a stop signal. */
        STOPPING,
        /** The running attempt is killed without the rest of its grace period. */
        KILLING,
        /** No such job yet. If it arrives, it is CANCELLED at once. */
        REMEMBERED,
        /** The job had already ended. */
        ALREADY_ENDED
    }

    /** When a cancellation kills the program without its grace period. */
    public enum Kill {
        /** Even if repeated: Kafka may deliver a record twice, and a producer may write it twice. */
        NEVER,
        /** If the job was cancelled before. */
        IF_ASKED_BEFORE,
        AT_ONCE
    }

    /** Cancels a job in any state, or one that has not arrived yet. */
    public Cancellation cancel(JobId job, @Nullable String by, Kill kill) {
        return database.inTransaction(() -> {
            KeyLocks.take(sql, lockOf(job));
            JobState state = lockRow(job);
            if (state == null) {
                sql.sql("""
                        insert into trainyard.cancel_tombstone (job_id, cancelled_by) values (:id, :by)
                        on conflict (job_id) do nothing""")
                        .param("id", job.value())
                        .param("by", by, Types.VARCHAR)
                        .update();
                return Cancellation.REMEMBERED;
            }
            return switch (state) {
                case SUCCEEDED, FAILED, CANCELLED -> Cancellation.ALREADY_ENDED;
                case QUEUED, HELD -> {
                    requestCancel(job, by);
                    sql.sql("""
                            update trainyard.job
                            set state = 'CANCELLED', ended_at = clock_timestamp(), waiting_because = null, hold_reason = null
                            where id = :id""").param("id", job.value()).update();
                    events.append(job, "job.ended", null, "{\"state\":\"CANCELLED\"}");
                    yield Cancellation.CANCELLED;
                }
                case RUNNING -> {
                    boolean first = requestCancel(job, by);
                    stopLiveAttempt(job);
                    boolean kills = kill == Kill.AT_ONCE || kill == Kill.IF_ASKED_BEFORE && !first;
                    yield kills && killLiveAttempt(job, by) ? Cancellation.KILLING : Cancellation.STOPPING;
                }
            };
        });
    }

    /** Returns whether this is the first cancellation of the job. */
    private boolean requestCancel(JobId job, @Nullable String by) {
        int first = sql.sql("""
                update trainyard.job set cancel_requested_at = clock_timestamp(), cancel_requested_by = :by
                where id = :id and cancel_requested_at is null""")
                .param("id", job.value())
                .param("by", by, Types.VARCHAR)
                .update();
        if (first == 1) {
            events.append(job, "job.cancel-requested", null, by(by));
        }
        return first == 1;
    }

    private static String by(@Nullable String by) {
        return Json.object(by == null ? Map.of() : Map.of("by", by));
    }

    /** The first reason wins. A COLLECTING attempt has already exited, so it is not stopped. */
    private void stopLiveAttempt(JobId job) {
        sql.sql("select id from trainyard.attempt where job_id = :id and state <> 'ENDED' for update")
                .param("id", job.value())
                .query(UUID.class)
                .list();
        sql.sql("""
                update trainyard.attempt set stop_reason = 'CANCELLED', stop_requested_at = clock_timestamp()
                where job_id = :id and state in ('RESERVED', 'PREPARING', 'RUNNING') and stop_reason is null""").param("id", job.value()).update();
        // Also for a COLLECTING attempt, which need not gather all of its outputs any more.
        Notifications.send(sql, Notifications.WORK);
    }

    /**
     * Kills the attempt even if it is already being stopped for another reason. The caller has locked it. Returns false if its program has
     * already exited, so that this only ends the gathering of its outputs.
     */
    private boolean killLiveAttempt(JobId job, @Nullable String by) {
        Optional<UUID> live = sql.sql("select id from trainyard.attempt where job_id = :id and state <> 'ENDED'")
                .param("id", job.value())
                .query(UUID.class)
                .optional();
        if (live.isEmpty()) {
            return false;
        }
        int first = sql.sql("""
                update trainyard.attempt set kill_requested_at = clock_timestamp()
                where id = :attempt and (kill_requested_at is null or kill_requested_at < exited_at)""").param("attempt", live.get()).update();
        if (first == 1) {
            events.append(job, "attempt.kill-requested", new AttemptId(live.get()), by(by));
            Notifications.send(sql, Notifications.WORK);
        }
        return sql.sql("select state <> 'COLLECTING' from trainyard.attempt where id = :attempt")
                .param("attempt", live.get())
                .query(Boolean.class)
                .single();
    }

    /** The result of a change of a waiting job. */
    public enum Change {
        DONE,
        /** The job runs. The change is stored and takes effect when the job would be queued again. */
        REMEMBERED,
        ALREADY_ENDED,
        UNKNOWN
    }

    /** Keeps a job from being placed until {@link #release}. */
    public Change hold(JobId job, String reason) {
        return database.inTransaction(() -> {
            JobState state = lockRow(job);
            return switch (state) {
                case null -> Change.UNKNOWN;
                case SUCCEEDED, FAILED, CANCELLED -> Change.ALREADY_ENDED;
                case HELD -> Change.DONE;
                case QUEUED -> {
                    sql.sql("""
                            update trainyard.job set state = 'HELD', hold_reason = :reason, waiting_because = null
                            where id = :id""")
                            .param("id", job.value())
                            .param("reason", reason)
                            .update();
                    events.append(job, "job.held", null, Json.object(Map.of("reason", reason)));
                    yield Change.DONE;
                }
                case RUNNING -> {
                    sql.sql("update trainyard.job set hold_requested = true, hold_reason = :reason where id = :id")
                            .param("id", job.value())
                            .param("reason", reason)
                            .update();
                    events.append(job, "job.hold-requested", null, Json.object(Map.of("reason", reason)));
                    yield Change.REMEMBERED;
                }
            };
        });
    }

    /** Returns a held job to its old place in the queue, with new free retries. Hosts that refused it count again. */
    public Change release(JobId job) {
        return database.inTransaction(() -> {
            JobState state = lockRow(job);
            return switch (state) {
                case null -> Change.UNKNOWN;
                case SUCCEEDED, FAILED, CANCELLED -> Change.ALREADY_ENDED;
                case QUEUED -> Change.DONE;
                case HELD -> {
                    sql.sql("""
                            update trainyard.job set state = 'QUEUED', hold_reason = null, free_in_a_row = 0
                            where id = :id""").param("id", job.value()).update();
                    askAgain(job);
                    events.append(job, "job.queued", null, "{}");
                    notifyPlanner();
                    yield Change.DONE;
                }
                case RUNNING -> {
                    int withdrawn = sql.sql("""
                            update trainyard.job set hold_requested = false, hold_reason = null
                            where id = :id and hold_requested""").param("id", job.value()).update();
                    if (withdrawn == 1) {
                        events.append(job, "job.hold-withdrawn", null, "{}");
                    }
                    yield Change.DONE;
                }
            };
        });
    }

    /** Clears refusals, because the hosts may have changed since. */
    private void askAgain(JobId job) {
        sql.sql("update trainyard.attempt set refused_by = null where job_id = :job and refused_by is not null")
                .param("job", job.value())
                .update();
    }

    /** Sets the priority of a job. */
    public Change prioritise(JobId job, int priority) {
        return database.inTransaction(() -> {
            JobState state = lockRow(job);
            if (state == null) {
                return Change.UNKNOWN;
            }
            if (state.isFinal()) {
                return Change.ALREADY_ENDED;
            }
            sql.sql("update trainyard.job set priority = :priority where id = :id")
                    .param("id", job.value())
                    .param("priority", priority)
                    .update();
            events.append(job, "job.prioritised", null, Json.object(Map.of("priority", priority)));
            notifyPlanner();
            return Change.DONE;
        });
    }

    /**
     * Records a record that cannot be accepted. Repeating this after a redelivery changes nothing.
     *
     * @param payload the value of the record; the first 64 KiB are kept
     */
    public void reject(String topic, int partition, long offset, @Nullable JobId job, String reason, byte[] payload) {
        sql.sql("""
                insert into trainyard.rejected_request (topic, partition, record_offset, job_id, reason, payload)
                values (:topic, :partition, :offset, :job, :reason, :payload)
                on conflict (topic, partition, record_offset) do nothing""")
                .param("topic", topic)
                .param("partition", partition)
                .param("offset", offset)
                .param("job", job == null ? null : job.value(), Types.OTHER)
                .param("reason", PostgresText.of(reason))
                .param("payload", java.util.Arrays.copyOf(payload, Math.min(payload.length, 64 * 1024)))
                .update();
    }

    private static String lockOf(JobId job) {
        return "job " + job;
    }

    private @Nullable JobState lockRow(JobId job) {
        return sql.sql("select state from trainyard.job where id = :id for update")
                .param("id", job.value())
                .query(String.class)
                .optional()
                .map(JobState::valueOf)
                .orElse(null);
    }

    private Map<UUID, byte[]> seen(Collection<JobId> ids) {
        Map<UUID, byte[]> seen = new HashMap<>();
        sql.sql("select job_id, digest from trainyard.job_seen where job_id = any(:ids)")
                .param("ids", uuids(ids))
                .query(row -> {
                    seen.put(row.getObject("job_id", UUID.class), row.getBytes("digest"));
                });
        return seen;
    }

    private Map<UUID, @Nullable String> tombstones(Collection<JobId> ids) {
        Map<UUID, @Nullable String> cancelled = new LinkedHashMap<>();
        sql.sql("select job_id, cancelled_by from trainyard.cancel_tombstone where job_id = any(:ids)")
                .param("ids", uuids(ids))
                .query(row -> {
                    cancelled.put(row.getObject("job_id", UUID.class), row.getString("cancelled_by"));
                });
        return cancelled;
    }

    private static UUID[] uuids(Collection<JobId> ids) {
        return ids.stream().map(JobId::value).toArray(UUID[]::new);
    }

    private void notifyPlanner() {
        Notifications.send(sql, Notifications.PLAN);
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    private static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }
}
