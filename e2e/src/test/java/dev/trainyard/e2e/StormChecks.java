package dev.trainyard.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What holds after a storm, beyond the invariants of every fault: each job has come to its own end, by causes that the faults explain. */
final class StormChecks {

    /** What is said in a minute by who tries without end; an outage is told in a few. */
    private static final int FLOOD = 200;

    private static final Pattern TROUBLE =
            Pattern.compile("(?m)^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d):\\S+ (WARN|ERROR) .*");

    private final Installation installation;
    private final Map<UUID, StormJob> jobs;
    private final Map<UUID, Training> trainings;

    StormChecks(Installation installation, List<StormJob> jobs, Map<UUID, Training> trainings) {
        this.installation = installation;
        this.jobs = jobs.stream().collect(Collectors.toMap(StormJob::id, Function.identity()));
        this.trainings = trainings;
    }

    private record Row(
            UUID job,
            String state,
            int retriesSpent,
            @Nullable Instant cancelledAt,
            @Nullable Instant endedAt) {}

    private record Attempt(
            UUID job,
            int number,
            String cause,
            @Nullable Integer exitCode,
            @Nullable String container,
            Instant reservedAt,
            @Nullable String detail) {}

    /** @param harmed ids of the containers that somebody may have killed or removed by hand */
    List<String> violations(Set<String> harmed) {
        List<String> violations = new ArrayList<>();
        List<Row> rows = rows();
        Map<UUID, List<Attempt>> attempts = attempts().stream().collect(Collectors.groupingBy(Attempt::job));
        for (Row row : rows) {
            StormJob job = jobs.get(row.job());
            if (job == null || job.kind() == StormJob.Kind.POISON) {
                violations.add("every job is somebody's: " + row);
                continue;
            }
            List<Attempt> own = attempts.getOrDefault(row.job(), List.of());
            endsAsItsKindDoes(job, row, own, violations);
            causesAreExplained(job, own, harmed, violations);
            whatWasCancelledDoesNotRun(job, row, own, violations);
        }
        poisonIsRejected(violations);
        nobodyFloodsTheLog(violations);
        return violations;
    }

    private void endsAsItsKindDoes(StormJob job, Row row, List<Attempt> attempts, List<String> violations) {
        if (!row.state().equals(job.kind().end)) {
            violations.add("a %s job is %s in the end: %s %s".formatted(job.kind(), job.kind().end, row, attempts));
        }
        // One that is cancelled may have spent fewer: none of these kinds has any.
        if (row.retriesSpent() != job.retriesSpent() && row.state().equals(job.kind().end)) {
            violations.add("no retry of the user's is spent on a fault: %d instead of %d: %s %s"
                    .formatted(row.retriesSpent(), job.retriesSpent(), row, attempts));
        }
        boolean ended = !Objects.requireNonNull(trainings.get(job.id()))
                .containersThat("ended")
                .isEmpty();
        if (row.state().equals("SUCCEEDED") && !ended) {
            violations.add("what succeeded has come to its end by its own word: " + row);
        }
    }

    /** The storm's hosts are one machine with one set of ports: a lost host's container keeps its port where the next attempt wants it. */
    private static boolean isPortOfALostHost(StormJob job, List<Attempt> attempts) {
        return job.kind() == StormJob.Kind.PUBLISHED
                && attempts.stream().anyMatch(attempt -> attempt.cause().equals("HOST_LOST"));
    }

    private static void causesAreExplained(
            StormJob job, List<Attempt> attempts, Set<String> harmed, List<String> violations) {
        for (Attempt attempt : attempts) {
            boolean explained = switch (attempt.cause()) {
                case "COMPLETED" -> job.kind().exitCode == 0;
                case "PROGRAM_ERROR" -> job.kind() == StormJob.Kind.FAILS;
                case "CANCELLED" -> "CANCELLED".equals(job.kind().end);
                case "TIME_LIMIT" -> job.kind() == StormJob.Kind.LIMITED || job.kind() == StormJob.Kind.STUBBORN;
                case "KILLED_EXTERNALLY" -> attempt.container() != null && harmed.contains(attempt.container());
                // Workers were away for as long as that.
                case "HOST_LOST", "START_TIMEOUT" -> true;
                case "PORT_IN_USE" -> isPortOfALostHost(job, attempts);
                default -> false;
            };
            if (!explained) {
                violations.add("every cause is a fault's or the program's own: " + attempt);
            }
        }
    }

    /** A lost host's container may: that is not promised. */
    private void whatWasCancelledDoesNotRun(StormJob job, Row row, List<Attempt> attempts, List<String> violations) {
        Instant cancelledAt = row.cancelledAt();
        if (cancelledAt != null) {
            attempts.stream()
                    .filter(attempt -> attempt.reservedAt().isAfter(cancelledAt))
                    .forEach(attempt ->
                            violations.add("nothing runs after it was cancelled: %s %s".formatted(row, attempt)));
        }
        Instant endedAt = row.endedAt();
        boolean lost = attempts.stream().anyMatch(attempt -> attempt.cause().equals("HOST_LOST"));
        if (endedAt != null && !lost) {
            // Its clock is in whole seconds.
            long end = endedAt.plus(Duration.ofSeconds(2)).getEpochSecond();
            Objects.requireNonNull(trainings.get(job.id())).entries().stream()
                    .filter(line -> Long.parseLong(line.split(" ")[2]) > end)
                    .forEach(line -> violations.add("nothing runs after its job's end: %s %s".formatted(row, line)));
        }
    }

    private void poisonIsRejected(List<String> violations) {
        Set<UUID> rejected = Set.copyOf(installation
                .sql()
                .sql("select distinct job_id from history.rejected where job_id is not null")
                .query(UUID.class)
                .list());
        jobs.values().stream()
                .filter(job -> job.kind() == StormJob.Kind.POISON && !rejected.contains(job.id()))
                .forEach(job -> violations.add("what cannot be read is recorded as rejected: " + job));
    }

    private void nobodyFloodsTheLog(List<String> violations) {
        try (var files = Files.list(installation.directory())) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".err")).toList()) {
                Map<String, Integer> perMinute = new TreeMap<>();
                Matcher trouble = TROUBLE.matcher(Files.readString(file));
                while (trouble.find()) {
                    perMinute.merge(trouble.group(1), 1, Integer::sum);
                }
                perMinute.forEach((minute, lines) -> {
                    if (lines > FLOOD) {
                        violations.add("an outage is told in a few lines: %s has %d warnings and errors of minute %s"
                                .formatted(file, lines, minute));
                    }
                });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Row> rows() {
        return installation
                .internalSql()
                .sql("select id, state, retries_spent, cancel_requested_at, ended_at from trainyard.job")
                .query((row, n) -> new Row(
                        row.getObject("id", UUID.class),
                        row.getString("state"),
                        row.getInt("retries_spent"),
                        instant(row.getTimestamp("cancel_requested_at")),
                        instant(row.getTimestamp("ended_at"))))
                .list();
    }

    private List<Attempt> attempts() {
        return installation
                .internalSql()
                .sql("""
                        select job_id, number, coalesce(cause, state) as cause, exit_code, container_id, reserved_at, detail
                        from trainyard.attempt order by job_id, number""")
                .query((row, n) -> new Attempt(
                        row.getObject("job_id", UUID.class),
                        row.getInt("number"),
                        row.getString("cause"),
                        (Integer) row.getObject("exit_code"),
                        row.getString("container_id"),
                        row.getTimestamp("reserved_at").toInstant(),
                        row.getString("detail")))
                .list();
    }

    private static @Nullable Instant instant(java.sql.@Nullable Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }

    /** How many attempts ended by each cause. */
    Map<String, Integer> causes() {
        return attempts().stream().collect(Collectors.toMap(Attempt::cause, attempt -> 1, Integer::sum, TreeMap::new));
    }
}
