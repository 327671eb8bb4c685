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
 * Attempts that end the process of their worker: the transactions {@code takenUp} and {@code givenUp} of docs/lifecycle.md, and the
 * conclusions of {@code register} from the end of the previous process. {@link CrashSuspicion} decides what follows from the number of
 * deaths.
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
     * {@code takenUp}: this process works on the attempt. It commits before the worker does anything for the attempt, so that an attempt
     * that ends the process is recorded. For a new attempt, {@code place} records it.
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
     * {@code givenUp}: RESERVED, PREPARING or COLLECTING→ENDED, because work on the attempt ends the process of its worker, or may do so
     * and somebody stopped it. The caller has checked that no container of it runs.
     */
    public Outcome givenUp(Incarnation me, AttemptId id) {
        return AttemptStore.transition(database, me, id, locked -> {
            int deaths = suspicion(id).deaths();
            return switch (locked.state()) {
                case RESERVED, PREPARING ->
                    AttemptStore.end(
                            sql,
                            events,
                            locked,
                            locked.stopReason() == null
                                    ? unprepared(deaths)
                                    : new AbsentWorkerEndings(database).stopped(locked, locked.stopReason()));
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
        return "the process of its worker ended %d times in a row while it worked for this attempt%s. The worker's log of that time may say why"
                .formatted(
                        deaths,
                        new CrashSuspicion(deaths, Duration.ZERO).isGivenUp()
                                ? ", at last three times for no other suspect"
                                : "");
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
     * The end of the previous process.
     *
     * @param incarnation null if there was none
     * @param letGo whether it reported that it stops
     * @param seen its last sign of life, by the database's clock
     */
    record Former(@Nullable UUID incarnation, boolean letGo, java.time.@Nullable OffsetDateTime seen) {}

    private record Suspect(Locked locked, CrashSuspicion before, boolean inHand, Duration lived) {

        /** Whether it was the only suspect in its process, and the process ended before the trial was over. */
        boolean wasTried() {
            return inHand && before.isTriedAlone() && lived.compareTo(before.trial()) < 0;
        }
    }

    /**
     * Call this if the previous process ended but its host did not. Suspects the attempts that the process worked on. The caller has locked
     * the row of the worker.
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

    /** In the order in which all transactions lock jobs. */
    private List<AttemptId> unfinished(WorkerId worker) {
        return sql.sql("""
                select a.id from trainyard.attempt a
                where a.id in (%s) and (a.in_hands_of is not null or a.worker_deaths > 0) order by a.job_id, a.id""".formatted(AttemptStore.UNFINISHED))
                .param("worker", worker.value())
                .query((row, n) -> new AttemptId(row.getObject("id", UUID.class)))
                .list();
    }

    /** Empty if the attempt ended before its row was locked. */
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
