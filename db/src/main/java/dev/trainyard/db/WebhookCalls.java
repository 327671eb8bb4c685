package dev.trainyard.db;

import dev.trainyard.core.event.Event;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Pending calls of the installation's webhook. If a URL is set, the transaction that ends or holds a job inserts the call. Several servers
 * may process them at once.
 */
public final class WebhookCalls {

    /** How long calls that were given up remain visible. */
    private static final Duration KEPT = Duration.ofDays(30);

    private final JdbcClient sql;

    public WebhookCalls(Database database) {
        this.sql = database.sql();
    }

    /**
     * A call to make now.
     *
     * @param tries number of tries, including this one
     * @param event includes the job and its newest attempt at that time, so that the receiver need not query them
     */
    public record Call(UUID job, long seq, int tries, String url, Event event) {}

    /** The state at the time of the event, so that a repeated call has the same content. Fields of the event itself take precedence. */
    private static final String SUMMARY = """
            select t.job_id, t.seq, t.type, t.at, t.attempt_id, t.tries,
                   jsonb_strip_nulls(jsonb_build_object(
                       'state', case t.type when 'job.held' then 'HELD' end,
                       'team', j.team, 'submittedBy', j.submitted_by, 'labels', trainyard.without_logins(nullif(j.labels, '{}')), 'attempts', a.number,
                       'cause', a.cause, 'exitCode', a.exit_code, 'detail', trainyard.without_logins(a.detail), 'worker', w.name, 'host', w.host,
                       'runSeconds', round(extract(epoch from a.exited_at - a.started_at)),
                       'outputs', case when a.started_at is not null then a.outputs_location end)) || t.data as data
            from taken t
            left join trainyard.job j on j.id = t.job_id
            left join lateral (
                select * from trainyard.attempt
                where job_id = t.job_id and reserved_at <= t.at order by number desc limit 1) a on true
            left join trainyard.worker w on w.id = a.worker_id""";

    /** The URL to call. */
    public Optional<String> url() {
        return sql.sql("select webhook_url from trainyard.installation where webhook_url is not null")
                .query(String.class)
                .optional();
    }

    /**
     * Takes calls that are due.
     *
     * @param atMost maximum number
     * @param within time after which a call without a result is due again, because the process that took it may have ended
     */
    public List<Call> take(int atMost, Duration within) {
        return sql.sql("""
                with due as (
                    select job_id, seq from trainyard.webhook_call
                    where given_up_at is null and next_try_at <= clock_timestamp()
                      and exists (select from trainyard.installation where webhook_url is not null)
                    order by next_try_at limit :limit for update skip locked),
                taken as (
                    update trainyard.webhook_call c
                    set tries = c.tries + 1, next_try_at = clock_timestamp() + :within * interval '1 second'
                    from due where c.job_id = due.job_id and c.seq = due.seq
                    returning c.*),
                told as (%s)
                select e.tries, i.webhook_url, %s from told e %s
                order by e.at""".formatted(SUMMARY, EventRows.COLUMNS, EventRows.NAMED))
                .param("limit", atMost)
                .param("within", within.toSeconds())
                .query((row, n) -> new Call(
                        row.getObject("job_id", UUID.class),
                        row.getLong("seq"),
                        row.getInt("tries"),
                        row.getString("webhook_url"),
                        EventRows.ofJob(row)))
                .list();
    }

    /** The receiver accepted the call. */
    public void delivered(Call call) {
        sql.sql("delete from trainyard.webhook_call where job_id = :job and seq = :seq")
                .param("job", call.job())
                .param("seq", call.seq())
                .update();
    }

    /**
     * The receiver did not accept the call. Does nothing if another process has taken the call in the meantime.
     *
     * @param why must not contain a secret, nor a URL with one
     * @param again time until the next try; null for never
     */
    public void failed(Call call, String why, @Nullable Duration again) {
        sql.sql("""
                update trainyard.webhook_call
                set last_error = :why, next_try_at = clock_timestamp() + coalesce(:again, 0) * interval '1 millisecond',
                    given_up_at = case when :again::bigint is null then clock_timestamp() end
                where job_id = :job and seq = :seq and tries = :tries and given_up_at is null""")
                .param("why", PostgresText.of(why))
                .param("again", again == null ? null : again.toMillis(), java.sql.Types.BIGINT)
                .param("job", call.job())
                .param("seq", call.seq())
                .param("tries", call.tries())
                .update();
    }

    /** Deletes calls that were given up long ago. */
    public void forgetOld() {
        sql.sql("delete from trainyard.webhook_call where given_up_at < clock_timestamp() - :kept * interval '1 day'")
                .param("kept", KEPT.toDays())
                .update();
    }
}
