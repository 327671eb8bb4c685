package dev.trainyard.e2e;

import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What holds after any fault, once everything has come to rest: read from Postgres, the engine and the trainings' own ledgers, each
 * violation named by what it breaks. What is recorded is compared with what the containers themselves wrote.
 */
final class Invariants {

    private final Installation installation;

    Invariants(Installation installation) {
        this.installation = installation;
    }

    /** All violations, where nobody has laid hands on a container whose program had ended. */
    List<String> violations(Collection<Training> trainings) {
        return violations(trainings, Set.of());
    }

    /**
     * All violations; removing containers is the last thing that a worker does, so they are waited for.
     *
     * @param harmed ids of the containers that somebody may have removed by hand: with one that had ended goes what was not read of its log
     */
    List<String> violations(Collection<Training> trainings, Set<String> harmed) {
        List<String> violations = new ArrayList<>();
        noRequestIsLost(trainings, violations);
        oneCurrentAttemptPerJob(violations);
        nothingIsHeldTwice(violations);
        nothingIsHeldForEver(violations);
        noContainerIsLeftBehind(violations);
        theRowTellsTheTruth(trainings, violations);
        theLogIsWhole(trainings, harmed, violations);
        eventsAreNumberedWithoutGap(violations);
        everyEventIsOnTheTopic(violations);
        return violations;
    }

    private void noRequestIsLost(Collection<Training> trainings, List<String> violations) {
        Set<UUID> known = Set.copyOf(installation
                .sql()
                .sql("select job_id from history.jobs")
                .query(UUID.class)
                .list());
        trainings.stream()
                .filter(training -> !known.contains(training.job()))
                .forEach(training -> violations.add("no request is lost: " + training.job() + " is"));
        Set<UUID> good = trainings.stream().map(Training::job).collect(Collectors.toSet());
        installation
                .sql()
                .sql("select job_id, reason from history.rejected")
                .query((row, n) -> new Rejection(row.getObject("job_id", UUID.class), row.getString("reason")))
                .stream()
                .filter(rejection -> rejection.job() == null || good.contains(rejection.job()))
                .forEach(rejection -> violations.add("no good request is rejected: " + rejection));
    }

    private record Rejection(@Nullable UUID job, String reason) {}

    private void oneCurrentAttemptPerJob(List<String> violations) {
        say(violations, "one current attempt per job: %s", """
                select job_id::text from trainyard.attempt where state <> 'ENDED' group by job_id having count(*) > 1""");
        say(violations, "a job that is over has no attempt that is not: %s", """
                select j.id::text from trainyard.job j join trainyard.attempt a on a.job_id = j.id
                where j.state in ('SUCCEEDED', 'FAILED', 'CANCELLED', 'HELD', 'QUEUED') and a.state <> 'ENDED'""");
        say(violations, "a running job has an attempt: %s", """
                select id::text from trainyard.job j where state = 'RUNNING'
                and not exists (select from trainyard.attempt a where a.job_id = j.id and a.state <> 'ENDED')""");
        say(violations, "attempts are numbered without a gap: %s", """
                select job_id::text from trainyard.attempt group by job_id having max(number) <> count(*)""");
    }

    private void nothingIsHeldTwice(List<String> violations) {
        say(violations, "nothing is held twice: %s", """
                select a.kind || ' ' || a.key from trainyard.reservation a join trainyard.reservation b
                  on a.kind = b.kind and a.key = b.key and a.id < b.id
                where tstzrange(a.reserved_at, a.released_at) && tstzrange(b.reserved_at, b.released_at)""");
    }

    private void nothingIsHeldForEver(List<String> violations) {
        say(violations, "nothing is held for ever: %s", """
                select r.kind || ' ' || r.key from trainyard.reservation r join trainyard.attempt a on a.id = r.attempt_id
                where r.released_at is null and (a.state = 'ENDED' or a.state = 'COLLECTING' and r.kind <> 'LOCATION')""");
    }

    private void noContainerIsLeftBehind(List<String> violations) {
        try {
            await().atMost(ProductProcess.PATIENCE).until(() -> leftContainers().isEmpty());
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            violations.add("no container is left behind: " + leftContainers());
        }
    }

    private Map<UUID, String> leftContainers() {
        Set<UUID> live = Set.copyOf(installation
                .internalSql()
                .sql("select id from trainyard.attempt where state <> 'ENDED'")
                .query(UUID.class)
                .list());
        return installation.containers().entrySet().stream()
                .filter(container -> !live.contains(container.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private record Row(int number, String cause, Integer exitCode, String container, boolean started) {}

    private void theRowTellsTheTruth(Collection<Training> trainings, List<String> violations) {
        for (Training training : trainings) {
            List<Row> rows = installation
                    .internalSql()
                    .sql("""
                            select number, coalesce(cause, state) as cause, exit_code, left(container_id, 12) as container,
                                   started_at is not null as started
                            from trainyard.attempt where job_id = :job order by number""")
                    .param("job", training.job())
                    .query((row, n) -> new Row(
                            row.getInt("number"),
                            row.getString("cause"),
                            (Integer) row.getObject("exit_code"),
                            row.getString("container"),
                            row.getBoolean("started")))
                    .list();
            List<String> started = training.containersThat("started");
            if (Set.copyOf(started).size() != started.size()) {
                violations.add("no container is started twice: %s".formatted(training.entries()));
            }
            // Between a start and its record a host may be lost, or a process die and the container be removed: then
            // the row lacks the start.
            List<String> recorded = rows.stream()
                    .filter(row -> row.started()
                            || Set.of("HOST_LOST", "KILLED_EXTERNALLY").contains(row.cause()))
                    .map(Row::container)
                    .filter(Objects::nonNull)
                    .toList();
            if (!Set.copyOf(recorded).containsAll(started)) {
                violations.add("what ran is recorded: %s ran, %s".formatted(started, rows));
            }
            for (Row row : rows) {
                boolean ended = row.container() != null
                        && training.containersThat("ended").contains(row.container());
                boolean says = Integer.valueOf(training.exitCode()).equals(row.exitCode());
                if (says && !ended) {
                    violations.add(
                            "an exit code is what the program ended with: %s, %s".formatted(row, training.entries()));
                }
                if (row.cause().equals("PROGRAM_ERROR") && (!says || training.exitCode() == 0)) {
                    violations.add("a program's error has its exit code: %s %s".formatted(training.job(), row));
                }
                if (row.cause().equals("COMPLETED") && (!says || training.exitCode() != 0)) {
                    violations.add("what completed has exited with 0: %s %s".formatted(training.job(), row));
                }
            }
        }
    }

    /** Of attempts that ended by their program's own end: each line once and in order, with nothing missing. */
    private void theLogIsWhole(Collection<Training> trainings, Set<String> harmed, List<String> violations) {
        for (Training training : trainings) {
            installation
                    .internalSql()
                    .sql("""
                            select a.container_id, coalesce(string_agg(c.text, '' order by c.seq), '') as log
                            from trainyard.attempt a
                            left join trainyard.log_chunk c on c.attempt_id = a.id and c.source = 'CONTAINER'
                            where a.job_id = :job and a.cause in ('PROGRAM_ERROR', 'COMPLETED') group by a.id""")
                    .param("job", training.job())
                    .query((row, n) -> Map.entry(row.getString("container_id"), row.getString("log")))
                    .list()
                    .stream()
                    .filter(log ->
                            !harmed.contains(log.getKey()) && !log.getValue().equals(whole(log.getValue())))
                    .forEach(log -> violations.add("the log is whole and nothing in it twice: %s: %s"
                            .formatted(training.job(), log.getValue())));
        }
    }

    /** With as many lines as that; there is always the last. */
    private static String whole(String log) {
        int lines = Math.toIntExact(log.lines().count()) - 1;
        return IntStream.rangeClosed(1, lines)
                .mapToObj(line -> "line " + line + "\n")
                .collect(Collectors.joining("", "", "last " + lines + "\n"));
    }

    private void eventsAreNumberedWithoutGap(List<String> violations) {
        say(violations, "events are numbered without a gap: %s", """
                select job_id::text from trainyard.job_event group by job_id having max(seq) <> count(*) or min(seq) <> 1""");
    }

    /** At least once, and, to a consumer that skips the ids that it has had, in order per job. */
    private void everyEventIsOnTheTopic(List<String> violations) {
        Map<String, List<String>> happened = byJob(installation
                .internalSql()
                .sql("select job_id || '/' || seq from trainyard.job_event order by job_id, seq")
                .query(String.class)
                .list()
                .stream());
        Map<String, List<String>> told = new TreeMap<>();
        try {
            await().atMost(ProductProcess.PATIENCE).until(() -> {
                told.clear();
                told.putAll(byJob(installation.eventsOnTopic().stream().distinct()));
                return told.equals(happened);
            });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            happened.forEach((job, events) -> {
                if (!events.equals(told.get(job))) {
                    violations.add("every event is on the topic, in order: %s happened, %s is there"
                            .formatted(events, told.get(job)));
                }
            });
        }
    }

    private static Map<String, List<String>> byJob(Stream<String> ids) {
        return ids.collect(Collectors.groupingBy(id -> id.split("/")[0], TreeMap::new, Collectors.toList()));
    }

    private void say(List<String> violations, String text, String query) {
        installation
                .internalSql()
                .sql(query)
                .query(String.class)
                .list()
                .forEach(row -> violations.add(text.formatted(row)));
    }
}
