package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.CrashSuspicion;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.db.AttemptStore.End;
import dev.trainyard.db.AttemptStore.Locked;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Attempts that end the process of their worker: {@code takenUp} and {@code givenUp}, each the transaction of that name in docs/lifecycle.md,
 * and what {@code register} concludes from the end of the process before. What follows from how many deaths is decided in {@link
 * CrashSuspicion}.
 */
public final class CrashSuspects {

    private final Database database;
    private final JdbcClient sql;
    private final JobEvents events;

    public CrashSuspects(Database database) {
        this.database = database;
        this.sql = database.sql();
        this.events = new JobEvents(sql);
    }

    /**
     * {@code takenUp}: this process has the attempt in hand. It commits before anything is done for the attempt, so that none ends a process
     * unseen. Of a fresh attempt, {@code place} has said it.
     */
    public Outcome takenUp(Incarnation me, AttemptId id) {
        return AttemptStore.transition(database, me, id, locked -> {
            sql.sql("""
                    update trainyard.attempt set in_hands_of = :incarnation, in_hands_since = clock_timestamp()
                    where id = :id and in_hands_of is distinct from :incarnation""").param("incarnation", me.id()).param("id", id.value()).update();
            return Outcome.APPLIED;
        });
    }

    /**
     * {@code givenUp}: RESERVED, PREPARING or COLLECTING→ENDED, because whatever is done for it ends the process of its worker. The caller
     * knows that nothing of it runs.
     */
    public Outcome givenUp(Incarnation me, AttemptId id) {
        return AttemptStore.transition(database, me, id, locked -> {
            int deaths = suspicion(id).deaths();
            return switch (locked.state()) {
                case RESERVED, PREPARING -> AttemptStore.end(sql, events, locked, unprepared(deaths));
                case COLLECTING -> {
                    new OutputStore(database).leaveAsSeen(id, List.of("they could not be gathered: " + words(deaths)));
                    yield AttemptStore.end(
                            sql,
                            events,
                            locked,
                            new AbsentWorkerEndings(database)
                                    .collected(locked, "its outputs were not gathered, since " + words(deaths)));
                }
                case RUNNING -> Outcome.STALE;
                case ENDED -> Outcome.APPLIED;
            };
        });
    }

    private static String words(int deaths) {
        return "the process of its worker ended %d times in a row while it worked for this attempt, at last three times for no other suspect. The worker's log of that time may say why"
                .formatted(deaths);
    }

    private static End unprepared(int deaths) {
        return new End(
                Cause.START_FAILED,
                "it was not started, since " + words(deaths),
                null,
                counters -> Retry.afterCrashes());
    }

    private CrashSuspicion suspicion(AttemptId id) {
        return sql.sql(
                        "select worker_deaths, extract(epoch from trial)::float8 as trial from trainyard.attempt where id = :id")
                .param("id", id.value())
                .query((row, n) -> new CrashSuspicion(row.getInt("worker_deaths"), seconds(row.getDouble("trial"))))
                .single();
    }

    /**
     * How the process before ended.
     *
     * @param incarnation null: nobody was the worker
     * @param letGo it said that it stops
     * @param seen when it was last heard of, the database's time
     */
    record Former(@Nullable UUID incarnation, boolean letGo, java.time.@Nullable OffsetDateTime seen) {}

    private record Suspect(Locked locked, CrashSuspicion before, boolean inHand, Duration lived) {

        /** It was alone among suspects, and the process did not live for as long as it had to. */
        boolean wasTried() {
            return inHand && before.isTriedAlone() && lived.compareTo(before.trial()) < 0;
        }
    }

    /**
     * The former process of the worker ended, on a host that lives. Whose death it was is concluded from what it had in hand; the caller has the
     * worker's row locked.
     */
    void conclude(WorkerId worker, Former former) {
        if (former.incarnation() == null || former.letGo()) {
            return;
        }
        List<Suspect> suspects = unfinished(worker).stream()
                .flatMap(id -> suspect(id, former).stream())
                .toList();
        boolean explained = suspects.stream().anyMatch(Suspect::wasTried);
        for (Suspect suspect : suspects) {
            CrashSuspicion after = suspect.inHand()
                    ? suspect.before().afterDeathWith(suspect.lived())
                    : suspect.before().afterDeathWithout(explained);
            if (!after.equals(suspect.before())) {
                write(suspect.locked(), after);
            }
        }
    }

    /** In the order in which everybody locks jobs. */
    private List<AttemptId> unfinished(WorkerId worker) {
        return sql.sql("""
                select a.id from trainyard.attempt a
                where a.id in (%s) and (a.in_hands_of is not null or a.worker_deaths > 0) order by a.job_id, a.id""".formatted(AttemptStore.UNFINISHED))
                .param("worker", worker.value())
                .query((row, n) -> new AttemptId(row.getObject("id", UUID.class)))
                .list();
    }

    /** Empty: it was over before its row was locked. */
    private Optional<Suspect> suspect(AttemptId id, Former former) {
        Locked locked = AttemptStore.lock(sql, id);
        return sql.sql("""
                select worker_deaths, extract(epoch from trial)::float8 as trial,
                       coalesce(in_hands_of = :incarnation, false) as in_hand,
                       extract(epoch from greatest(:seen - greatest(in_hands_since, state_since), interval '0'))::float8 as lived
                from trainyard.attempt where id = :id and (state <> 'ENDED' or lost_in is not null)""")
                .param("id", id.value())
                .param("incarnation", former.incarnation())
                .param("seen", former.seen(), Types.TIMESTAMP_WITH_TIMEZONE)
                .query((row, n) -> new Suspect(
                        locked,
                        new CrashSuspicion(row.getInt("worker_deaths"), seconds(row.getDouble("trial"))),
                        row.getBoolean("in_hand"),
                        seconds(row.getDouble("lived"))))
                .optional();
    }

    private void write(Locked locked, CrashSuspicion suspicion) {
        sql.sql("""
                update trainyard.attempt
                set worker_deaths = :deaths, trial = :trial * interval '1 millisecond',
                    rests_until = case when :rest > 0 then clock_timestamp() + :rest * interval '1 millisecond' end
                where id = :id""")
                .param("deaths", suspicion.deaths())
                .param("trial", suspicion.trial().toMillis())
                .param("rest", suspicion.rest().toMillis())
                .param("id", locked.attempt().value())
                .update();
        if (suspicion.isTriedAlone() && locked.state() != AttemptState.ENDED) {
            events.append(
                    locked.job(),
                    "attempt.suspected",
                    locked.attempt(),
                    Json.object(Map.of(
                            "workerDeaths",
                            suspicion.deaths(),
                            "restsMillis",
                            suspicion.rest().toMillis())));
        }
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
