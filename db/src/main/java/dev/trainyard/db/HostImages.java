package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Plan;
import dev.trainyard.core.plan.Snapshot.Candidate;
import dev.trainyard.core.plan.Snapshot.Image;
import dev.trainyard.core.plan.WantedImage;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.text.ImageName;
import dev.trainyard.core.training.ImageSource.Pull;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The images that hosts have or should fetch: the planner requests them, the workers report. docs/adr/0005 shows the states.
 */
public final class HostImages {

    /** A temporary failure is retried only while a job still wants the image: within this time. */
    private static final Duration WANTED_WITHIN = Duration.ofMinutes(2);

    /** How often the planner records that it still wants an image. */
    private static final Duration WANT_AGAIN_AFTER = Duration.ofSeconds(30);

    /** For the locked row: whether its result is older than the job, and therefore not valid for it. */
    private static final String ANSWERED_BEFORE = """
            coalesce(case when i.state = 'FAILED' and i.next_try_at is null then i.failed_at when i.state = 'PRESENT' then i.pulled_at end
                     <= (select since from wanted w where w.worker = i.worker_id and w.reference = i.reference), false)""";

    private static final String BUILT_QUERY = """
            select j.id as job, w.id as worker
            from unnest(:jobs::uuid[], :names::text[]) as named (job, name)
            -- Who mounts folders in place, is given images of the engine only.
            join trainyard.job j on j.id = named.job and j.only_worker is null
            join trainyard.built_name b on b.name = named.name and b.team = coalesce(j.team, '')
            join trainyard.worker w on w.engine_id = b.engine_id
            where w.state <> 'FORGOTTEN'""";

    private final Database database;
    private final JdbcClient sql;

    public HostImages(Database database) {
        this.database = database;
        this.sql = database.sql();
    }

    // By a worker -----------------------------------------------------------------------------------------------------

    /** The images that this worker has to check or fetch now, including those that a previous process began. */
    public List<WantedImage> due(WorkerId worker) {
        return sql.sql("""
                select reference from trainyard.host_image
                where worker_id = :worker and (state in ('WANTED', 'FETCHING')
                    or state = 'FAILED' and next_try_at <= clock_timestamp()
                       and wanted_at > clock_timestamp() - :within * interval '1 second')
                order by wanted_at, reference""")
                .param("worker", worker.value())
                .param("within", WANTED_WITHIN.toSeconds())
                .query((row, n) -> WantedImage.parse(row.getString("reference")))
                .list();
    }

    /** {@code fetching}: the host does not have the image and fetches it. Also reports the progress. */
    public void fetching(Incarnation me, WantedImage image, String progress) {
        AttemptStore.fenced(database, me, () -> change(me, image, """
                        begun_at = case when state = 'FETCHING' then begun_at else clock_timestamp() end,
                        state = 'FETCHING', said = :said""", progress));
    }

    /** {@code present}: the host has the image. */
    public void present(Incarnation me, WantedImage image) {
        AttemptStore.fenced(database, me, () -> {
            change(
                    me,
                    image,
                    "state = 'PRESENT', said = null, cause = null, failed_at = null, next_try_at = null"
                            + (image.pull() == Pull.ALWAYS ? ", pulled_at = begun_at" : ""),
                    null);
            Notifications.send(sql, Notifications.PLAN);
            return true;
        });
    }

    /** {@code failed}, permanently: not tried again until a new job wants the image. */
    public void failed(Incarnation me, WantedImage image, Cause cause, String why) {
        failed(me, image, cause, why, Duration.ZERO, null);
    }

    /**
     * {@code failed}, temporarily.
     *
     * @param ago time since the failure, which may have been observed with another image of the same registry
     * @param nextTry time until the next try, from now
     */
    public void failed(
            Incarnation me, WantedImage image, Cause cause, String why, Duration ago, @Nullable Duration nextTry) {
        AttemptStore.fenced(database, me, () -> {
            sql.sql("""
                update trainyard.host_image
                set state = 'FAILED', cause = :cause, said = :said,
                    failed_at = clock_timestamp() - :ago * interval '1 millisecond',
                    next_try_at = clock_timestamp() + :next::bigint * interval '1 millisecond'
                where worker_id = :worker and reference = :reference""")
                    .param("cause", cause.name())
                    .param("said", PostgresText.of(why))
                    .param("ago", ago.toMillis())
                    .param("next", nextTry == null ? null : nextTry.toMillis(), Types.BIGINT)
                    .param("worker", me.worker().value())
                    .param("reference", image.text())
                    .update();
            Notifications.send(sql, Notifications.PLAN);
            return true;
        });
    }

    /** {@code gone}: an attempt found that the host no longer has the image. */
    public void gone(Incarnation me, WantedImage image) {
        AttemptStore.fenced(database, me, () -> {
            sql.sql("""
                insert into trainyard.host_image (worker_id, reference, state) values (:worker, :reference, 'WANTED')
                on conflict (worker_id, reference) do update set state = 'WANTED', wanted_at = clock_timestamp()
                where host_image.state = 'PRESENT'""")
                    .param("worker", me.worker().value())
                    .param("reference", image.text())
                    .update();
            Notifications.send(sql, Notifications.WORK);
            return true;
        });
    }

    /** Whether this worker has pulled the attempt's image since the job began to wait for it. */
    public boolean isPulledFor(AttemptId attempt, WantedImage image) {
        return sql.sql("""
                        select exists (
                            select from trainyard.attempt a
                            join trainyard.job j on j.id = a.job_id
                            join trainyard.host_image i on i.worker_id = a.worker_id and i.reference = :reference
                            where a.id = :attempt and i.pulled_at > greatest(j.accepted_at, (
                                select max(former.ended_at) from trainyard.attempt former where former.job_id = a.job_id)))""")
                .param("attempt", attempt.value())
                .param("reference", image.text())
                .query(Boolean.class)
                .single();
    }

    private int change(Incarnation me, WantedImage image, String to, @Nullable String said) {
        return sql.sql("update trainyard.host_image set " + to
                        + " where worker_id = :worker and reference = :reference")
                .param("said", said == null ? null : PostgresText.of(said), Types.VARCHAR)
                .param("worker", me.worker().value())
                .param("reference", image.text())
                .update();
    }

    // By the planner, in its transaction ------------------------------------------------------------------------------

    /** The known states of these images, by host. Includes hosts that fetch images but have none of these. */
    Map<WorkerId, Map<WantedImage, Image>> known(Collection<WantedImage> images) {
        Map<WorkerId, Map<WantedImage, Image>> known = new HashMap<>();
        if (images.isEmpty()) {
            return known;
        }
        sql.sql("select id, heeds_pull from trainyard.worker where fetches_images and state <> 'FORGOTTEN'")
                .query(row -> {
                    Map<WantedImage, Image> host = new HashMap<>();
                    if (!row.getBoolean("heeds_pull")) {
                        // Workers of an earlier release pull these images in the attempt.
                        images.stream()
                                .filter(each -> each.pull() != Pull.MISSING)
                                .forEach(each -> host.put(each, new Image.Present()));
                    }
                    known.put(new WorkerId(row.getObject("id", UUID.class)), host);
                });
        sql.sql("""
                select worker_id, reference, state, said, cause, failed_at, next_try_at, pulled_at
                from trainyard.host_image where reference = any(:references)""")
                .param("references", images.stream().map(WantedImage::text).toArray(String[]::new))
                .query(row -> {
                    Map<WantedImage, Image> host = known.get(new WorkerId(row.getObject("worker_id", UUID.class)));
                    if (host != null) {
                        host.putIfAbsent(WantedImage.parse(row.getString("reference")), image(row));
                    }
                });
        return known;
    }

    /** The same candidates, with the hosts on which builds of their teams gave the names of their images. */
    List<Candidate> withBuilt(List<Candidate> candidates) {
        Map<JobId, String> names = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            WantedImage image = candidate.needs().image();
            // An image that is always pulled comes from the registry.
            if (image != null && image.pull() != Pull.ALWAYS) {
                names.put(candidate.job(), ImageName.inFull(image.reference()));
            }
        }
        Map<JobId, Set<WorkerId>> built = new HashMap<>();
        if (!names.isEmpty()) {
            sql.sql(BUILT_QUERY)
                    .param("jobs", names.keySet().stream().map(JobId::value).toArray(UUID[]::new))
                    .param("names", names.values().toArray(String[]::new))
                    .query(row -> {
                        built.computeIfAbsent(new JobId(row.getObject("job", UUID.class)), _ -> new HashSet<>())
                                .add(new WorkerId(row.getObject("worker", UUID.class)));
                    });
        }
        return candidates.stream()
                .map(candidate ->
                        built.containsKey(candidate.job()) ? candidate.builtOn(built.get(candidate.job())) : candidate)
                .toList();
    }

    private static Image image(ResultSet row) throws SQLException {
        @Nullable String said = row.getString("said");
        Timestamp next = row.getTimestamp("next_try_at");
        return switch (row.getString("state")) {
            case "WANTED" -> new Image.Wanted();
            case "FETCHING" -> new Image.Fetching(said == null ? "" : said);
            case "PRESENT" -> {
                Timestamp pulled = row.getTimestamp("pulled_at");
                yield new Image.Present(pulled == null ? null : pulled.toInstant());
            }
            default ->
                new Image.Failed(
                        Cause.valueOf(row.getString("cause")),
                        String.valueOf(said),
                        row.getTimestamp("failed_at").toInstant(),
                        next == null ? null : next.toInstant());
        };
    }

    /**
     * {@code want}. Returns whether a worker has something new to do. One statement that locks the rows in a fixed order: another order
     * could cause a deadlock.
     */
    boolean want(Collection<Plan.Want> wants) {
        if (wants.isEmpty()) {
            return false;
        }
        return sql.sql("""
                with wanted as (
                    select worker, reference, max(since) as since
                    from unnest(:workers::uuid[], :references::text[], :since::timestamptz[]) u (worker, reference, since)
                    group by worker, reference)
                insert into trainyard.host_image as i (worker_id, reference, state)
                select worker, reference, 'WANTED' from wanted order by worker, reference
                on conflict (worker_id, reference) do update
                set wanted_at = clock_timestamp(), state = case when %1$s then 'WANTED' else i.state end
                where i.wanted_at < clock_timestamp() - :again * interval '1 second' or %1$s""".formatted(ANSWERED_BEFORE))
                        .param(
                                "workers",
                                wants.stream().map(want -> want.host().value()).toArray(UUID[]::new),
                                Types.ARRAY)
                        .param(
                                "references",
                                wants.stream().map(want -> want.image().text()).toArray(String[]::new),
                                Types.ARRAY)
                        .param(
                                "since",
                                wants.stream()
                                        .map(want -> want.since().toString())
                                        .toArray(String[]::new),
                                Types.ARRAY)
                        .param("again", WANT_AGAIN_AFTER.toSeconds())
                        .update()
                > 0;
    }

    /**
     * Deletes what no job has wanted for a day. If it is wanted again, the host checks again. Skips rows that another transaction is
     * changing.
     */
    void prune() {
        sql.sql("""
                delete from trainyard.host_image where (worker_id, reference) in (
                    select worker_id, reference from trainyard.host_image
                    where state <> 'FETCHING' and wanted_at < clock_timestamp() - interval '1 day'
                    for update skip locked)""").update();
    }
}
