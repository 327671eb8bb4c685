package dev.trainyard.e2e;

import dev.trainyard.core.request.Topics;
import dev.trainyard.launch.ServiceExitCode;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code trainyard storm}: many faults over many jobs, drawn from a seed, and then what holds after every fault. */
@Command(
        name = "storm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 110,
        description = {
            "Runs three workers, a server, Kafka and Postgres on this machine, gives them jobs, and breaks them: faults of many kinds, at",
            "random, several at once. Then all is brought back, and what docs/FAULTS.md promises is looked for in Postgres, in the engine and in",
            "what the trainings themselves have noted.",
            "",
            "Jobs, faults and their times follow from the seed: a seed that failed is run again with --seed. What the processes do at the",
            "same time is theirs, so that a rare interleaving may take more than one run.",
            ""
        },
        footer = {
            "",
            "It ends with the line  storm seed N: J jobs, F faults, V violations",
            "",
            "Examples:",
            "  ./trainyard storm                             five minutes, with a seed from the clock",
            "  ./trainyard storm --seed 42 --minutes 30      one of half an hour, or the same again",
            "  ./trainyard storm --seed 42 --plan            what it would do, and when"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no violation", "1:violations, which are listed; the logs are kept", "64:wrong arguments"})
final class Storm implements Callable<Integer> {

    static final String HOST_LOST_AFTER = "15 seconds";

    private static final Duration TO_COME_TO_REST = Duration.ofMinutes(5);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(15);

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of all that is random; a whole number. Without it: from the clock.")
    private @Nullable Long seed;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "5",
            description =
                    "How long faults are injected, 1 to 600; default 5. It takes up to a few minutes more to come to rest.")
    private int minutes;

    @Option(names = "--plan", description = "Only print the jobs and the faults with their times.")
    private boolean planOnly;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandLine.Model.CommandSpec spec;

    private final PrintStream out = System.out;
    private final StormReport report = new StormReport(out);
    private final Map<UUID, Training> trainings = new ConcurrentHashMap<>();
    private final AtomicInteger published = new AtomicInteger();
    private final AtomicBoolean cleanedUp = new AtomicBoolean();

    @SuppressWarnings("NullAway.Init")
    private Installation installation;

    private @Nullable Strangers strangers;
    private List<StormWorker> workers = List.of();

    @SuppressWarnings("NullAway.Init")
    private StormServer server;

    @SuppressWarnings("NullAway.Init")
    private KafkaProducer<String, String> producer;

    static CommandLine commandLine() {
        return new CommandLine(new Storm());
    }

    /** Without the command word. */
    public static void main(String[] arguments) {
        System.exit(commandLine()
                .setParameterExceptionHandler((wrong, given) -> {
                    System.err.printf("trainyard: %s%nSee: ./trainyard storm --help%n", wrong.getMessage());
                    return ServiceExitCode.INVALID;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() {
        if (minutes < 1 || minutes > 600) {
            throw new ParameterException(spec.commandLine(), "--minutes takes 1 to 600, and not " + minutes);
        }
        StormPlan plan =
                StormPlan.of(seed == null ? System.currentTimeMillis() / 1000 : seed, Duration.ofMinutes(minutes));
        out.printf(
                "storm seed %d: %d minutes, %d jobs and %d faults planned%n",
                plan.seed(), minutes, plan.jobs().size(), plan.faults().size());
        if (planOnly) {
            out.print(plan);
            return 0;
        }
        Thread hook = new Thread(this::cleanUp, "storm-cleanup");
        Runtime.getRuntime().addShutdownHook(hook);
        Map<String, Integer> causes = new TreeMap<>();
        try {
            start(plan);
            StormFaults faults = rage(plan);
            settle(plan, faults, causes);
        } catch (RuntimeException | AssertionError e) {
            report.violation("the storm goes through: " + e);
            e.printStackTrace(System.err);
        } finally {
            cleanUp();
        }
        summary(plan, causes);
        return report.violations().isEmpty() ? 0 : 1;
    }

    private void start(StormPlan plan) {
        report.say("starting Kafka, Postgres and the parts of Trainyard");
        installation = Installation.start("storm_" + Long.toString(plan.seed()).replace('-', 'm'));
        installation
                .internalSql()
                .sql("update trainyard.installation set host_lost_after = '%s'".formatted(HOST_LOST_AFTER))
                .update();
        strangers = new Strangers();
        workers = IntStream.range(0, StormPlan.WORKERS)
                .mapToObj(number -> new StormWorker(installation, report, StormPlan.worker(number)))
                .toList();
        server = new StormServer(installation, report);
        // It goes on sending however long Kafka is away.
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        installation.kafka(),
                        "acks",
                        "all",
                        "delivery.timeout.ms",
                        3_600_000,
                        "max.block.ms",
                        600_000),
                new StringSerializer(),
                new StringSerializer());
        workers.forEach(StormWorker::settle);
        every("storm-watch", Duration.ofSeconds(1), () -> {
            workers.forEach(StormWorker::watch);
            server.watch();
        });
        every("storm-progress", BETWEEN_LINES, this::progress);
    }

    /** Until the plan is done. */
    private StormFaults rage(StormPlan plan) {
        StormFaults faults = new StormFaults(installation, workers, server, report);
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (StormJob job : plan.jobs()) {
            trainings.put(job.id(), Training.of(installation, job.id(), job.kind().exitCode));
            threads.add(at(start, job.at(), () -> publish(job, start)));
        }
        for (StormFault fault : plan.faults()) {
            threads.add(at(start, fault.at(), () -> faults.inject(fault)));
        }
        threads.forEach(Storm::join);
        producer.flush();
        report.say("the storm is over");
        return faults;
    }

    private void publish(StormJob job, long start) {
        Training training = java.util.Objects.requireNonNull(trainings.get(job.id()));
        String record = job.record(training, installation.folder("places"));
        if (job.kind() == StormJob.Kind.CANCELLED_BEFORE) {
            send(job, job.cancelRecord());
        }
        for (int time = 0; time < (job.twice() ? 2 : 1); time++) {
            if (job.overRest()) {
                server.post("/api/v1/jobs", record);
            } else {
                send(job, record);
            }
        }
        published.incrementAndGet();
        if (job.isCancelledLater()) {
            pause(job.cancelAfter());
            if (job.overRest()) {
                server.post("/api/v1/jobs/%s/cancel".formatted(job.id()), "{}");
            } else {
                send(job, job.cancelRecord());
            }
        }
    }

    private void send(StormJob job, String record) {
        producer.send(new ProducerRecord<>(Topics.REQUESTS, job.id().toString(), record), (stored, failure) -> {
            if (failure != null) {
                report.violation("Kafka takes a record in the end: %s: %s".formatted(job, failure));
            }
        });
    }

    /** All is there again: now every job comes to its end, and everything that is promised holds. */
    private void settle(StormPlan plan, StormFaults faults, Map<String, Integer> causes) {
        workers.forEach(StormWorker::settle);
        Set<UUID> expected = plan.jobs().stream()
                .filter(job -> job.kind() != StormJob.Kind.POISON)
                .map(StormJob::id)
                .collect(Collectors.toSet());
        until(TO_COME_TO_REST, () -> {
            releaseHeld();
            return notAtRest(expected).isEmpty() && heldReservations() == 0;
        });
        notAtRest(expected)
                .forEach((job, state) -> report.violation(
                        "every job comes to an end: %s is %s; %s".formatted(job, state, history(job))));
        List<Training> good = expected.stream()
                .map(trainings::get)
                .map(java.util.Objects::requireNonNull)
                .toList();
        new Invariants(installation).violations(good, faults.harmed()).forEach(report::violation);
        StormChecks checks = new StormChecks(installation, plan.jobs(), trainings);
        checks.violations(faults.harmed()).forEach(report::violation);
        java.util.Objects.requireNonNull(strangers).violations().forEach(report::violation);
        causes.putAll(checks.causes());
    }

    private Map<UUID, String> notAtRest(Set<UUID> expected) {
        Map<UUID, String> left = new TreeMap<>();
        expected.forEach(job -> left.put(job, "not known"));
        installation
                .sql()
                .sql("select job_id, state from history.jobs")
                .query((row, n) -> Map.entry(row.getObject("job_id", UUID.class), row.getString("state")))
                .list()
                .forEach(job -> {
                    if (Set.of("SUCCEEDED", "FAILED", "CANCELLED").contains(job.getValue())) {
                        left.remove(job.getKey());
                    } else {
                        left.replace(job.getKey(), job.getValue());
                    }
                });
        return left;
    }

    private int heldReservations() {
        return installation
                .internalSql()
                .sql("select count(*) from trainyard.reservation where released_at is null")
                .query(Integer.class)
                .single();
    }

    /** As a person does who has looked into it: somebody had killed its containers again and again, or its hosts were away. */
    private void releaseHeld() {
        installation
                .internalSql()
                .sql("select id, hold_reason from trainyard.job where state = 'HELD'")
                .query((row, n) -> Map.entry(row.getObject("id", UUID.class), row.getString("hold_reason")))
                .list()
                .forEach(job -> {
                    if (!job.getValue().startsWith("KILLED_EXTERNALLY")
                            && !job.getValue().startsWith("START_TIMEOUT")) {
                        report.violation("a job is held for what was done to it: %s: %s; %s"
                                .formatted(job.getKey(), job.getValue(), history(job.getKey())));
                    }
                    report.say("released %s: %s".formatted(job.getKey(), job.getValue()));
                    server.post("/api/v1/jobs/%s/release".formatted(job.getKey()), "{}");
                });
    }

    private String history(UUID job) {
        return installation
                .internalSql()
                .sql(
                        "select at || ' ' || type || ' ' || data::text from trainyard.job_event where job_id = :job order by seq")
                .param("job", job)
                .query(String.class)
                .list()
                .stream()
                .collect(Collectors.joining(System.lineSeparator() + "        "));
    }

    private void progress() {
        String states;
        try {
            states = installation.impatientSql().sql("""
                            select coalesce(string_agg(n || ' ' || lower(state), ', ' order by state), 'nothing taken in')
                            from (select state, count(*) as n from trainyard.job group by state) s""").query(String.class).single();
        } catch (RuntimeException e) {
            states = "Postgres does not answer";
        }
        report.say("%d jobs published: %s; %d faults".formatted(published.get(), states, report.faultCount()));
    }

    private void summary(StormPlan plan, Map<String, Integer> causes) {
        List<String> violations = report.violations();
        table("fault", report.faults());
        table("attempts that ended", causes);
        if (!violations.isEmpty()) {
            out.printf("%nViolations:%n");
            violations.forEach(violation -> out.printf("  - %s%n", violation));
            out.printf(
                    "%nWhat each process said: %s%n",
                    installation == null ? "nothing was started" : installation.directory());
        } else {
            installation.delete("");
        }
        out.printf(
                "%nstorm seed %d: %d jobs, %d faults, %d violations%n",
                plan.seed(), published.get(), report.faultCount(), violations.size());
    }

    private void table(String title, Map<String, Integer> counts) {
        out.printf("%n%-30s times%n", title);
        counts.forEach((name, count) -> out.printf("%-30s %5d%n", name, count));
    }

    /** Once, by whoever comes first: the storm's end, or Ctrl-C. */
    private void cleanUp() {
        if (!cleanedUp.compareAndSet(false, true)) {
            return;
        }
        workers.forEach(StormWorker::end);
        if (server != null) {
            server.end();
        }
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
        if (installation != null) {
            installation.abandon();
        }
        if (strangers != null) {
            strangers.close();
        }
    }

    // Its time --------------------------------------------------------------------------------------------------------

    private Thread at(long start, Duration after, Runnable work) {
        return Thread.ofVirtual().start(() -> {
            pause(Duration.ofNanos(start + after.toNanos() - System.nanoTime()));
            try {
                if (!cleanedUp.get()) {
                    work.run();
                }
            } catch (RuntimeException | AssertionError e) {
                report.violation("the storm goes through: " + e);
                e.printStackTrace(System.err);
            }
        });
    }

    private void every(String name, Duration time, Runnable work) {
        Thread.ofPlatform().daemon().name(name).start(() -> {
            while (!cleanedUp.get()) {
                pause(time);
                try {
                    if (!cleanedUp.get()) {
                        work.run();
                    }
                } catch (RuntimeException | AssertionError e) {
                    report.violation("the storm goes through: " + e);
                    e.printStackTrace(System.err);
                }
            }
        });
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Returns when it is so, or when the time is up; what is asked may fail meanwhile. */
    static void until(Duration atMost, BooleanSupplier condition) {
        long end = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() < end) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
            } catch (RuntimeException e) {
                // Asked again: its last word counts, when it is looked at without us.
            }
            pause(Duration.ofMillis(TimeUnit.SECONDS.toMillis(1) / 2));
        }
    }
}
