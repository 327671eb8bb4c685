package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessException;

/** The fault table of docs/FAULTS.md, row by row: the fault is injected at its point, and afterwards every invariant holds. */
class FaultsTest {

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @SuppressWarnings("NullAway.Init")
    private static Strangers strangers;

    private final List<Training> trainings = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private ProductProcess worker;

    /** A row of the table. */
    record Fault(String name, Injection injection) {

        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    interface Injection {
        void into(FaultsTest test);
    }

    @BeforeAll
    static void start() {
        installation = Installation.start(FaultsTest.class);
        strangers = new Strangers();
        hostLostAfter("12 seconds");
    }

    private static void hostLostAfter(String interval) {
        installation
                .internalSql()
                .sql("update trainyard.installation set host_lost_after = '%s'".formatted(interval))
                .update();
    }

    @AfterAll
    static void stop() {
        installation.close();
        strangers.close();
    }

    @AfterEach
    void the_worker_stops() {
        worker.close();
    }

    static Stream<Fault> faults() {
        return Stream.concat(fast(), slow());
    }

    static Stream<Fault> fast() {
        return Stream.of(
                new Fault("1 killed before the offset is committed", FaultsTest::killed_before_the_commit),
                killed("4b killed between create and start", Failpoint.dieAfter("AttemptStore#created")),
                killed("6 killed after it exited, before that is recorded", Failpoint.dieBefore("AttemptStore#exited")),
                killed("26 killed in the middle of a transaction", Failpoint.dieBefore("JobEvents#append")),
                new Fault("14a container killed by hand", FaultsTest::container_killed_by_hand),
                new Fault("25 Postgres crashes and recovers", FaultsTest::postgres_crashes),
                new Fault("31 Kafka does not answer", FaultsTest::kafka_does_not_answer),
                new Fault("33 the same record ten times", FaultsTest::the_same_record_ten_times));
    }

    static Stream<Fault> slow() {
        return Stream.of(
                killed("2 killed after the insert, before planning", Failpoint.dieBefore("PlanStore#reserve")),
                killed("3a killed before the image is provided", Failpoint.dieBefore("Images#provide")),
                new Fault("3b killed during its build", FaultsTest::killed_during_a_build),
                killed("4a killed between create and its record", Failpoint.dieAfter("DockerContainers#create")),
                killed("4c killed between start and its record", Failpoint.dieBefore("AttemptStore#started")),
                killed("5 killed while it runs", Failpoint.dieAfter("AttemptStore#started")),
                killed("7a killed during the manifest", Failpoint.dieBefore("OutputStore#record")),
                killed("7b killed before the end is recorded", Failpoint.dieBefore("AttemptStore#ended")),
                killed("7c killed before the container is removed", Failpoint.dieAfter("AttemptStore#ended")),
                new Fault("8 killed before it takes up what another worker plans", FaultsTest::killed_before_it_begins),
                new Fault("8b killed, and not back within a minute", FaultsTest::not_taken_up_in_time),
                new Fault("14b container removed by hand", FaultsTest::container_removed_by_hand),
                new Fault(
                        "14c container removed by hand before it is started",
                        FaultsTest::container_removed_before_its_start),
                new Fault("27 Postgres does not answer", FaultsTest::postgres_does_not_answer),
                new Fault("28 Postgres out of connections", FaultsTest::postgres_out_of_connections),
                new Fault("29 Postgres takes no writes", FaultsTest::postgres_takes_no_writes),
                new Fault("30 Kafka restarted", FaultsTest::kafka_restarted),
                new Fault("32 a rebalance in the middle of a batch", FaultsTest::rebalance_within_a_batch),
                new Fault("34 cancel before submit", FaultsTest::cancel_before_submit),
                new Fault("36 a host's clock an hour ahead", test -> test.clockIsOff(Duration.ofHours(1))),
                new Fault("36 a host's clock an hour behind", test -> test.clockIsOff(Duration.ofHours(-1))),
                new Fault("39 the schema of the release to come", FaultsTest::schema_of_the_release_to_come),
                new Fault("40 10,000 requests at once", FaultsTest::ten_thousand_requests),
                new Fault("41 Postgres away for longer than a host may be silent", FaultsTest::postgres_away_for_long),
                new Fault("42 the planner stands still in the middle of a plan", FaultsTest::the_planner_stops));
    }

    /** {@code -Dfault=32} runs that row alone. */
    private static final String ONLY = System.getProperty("fault", "");

    static Stream<Fault> theFast() {
        return fast().filter(fault -> fault.name().startsWith(ONLY));
    }

    static Stream<Fault> theSlow() {
        return slow().filter(fault -> fault.name().startsWith(ONLY));
    }

    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("theFast")
    void after_the_fault_every_invariant_holds(Fault fault) {
        fault.injection().into(this);

        assertThat(new Invariants(installation).violations(trainings)).isEmpty();
        assertThat(strangers.violations()).isEmpty();
    }

    /** The others of the table: together they take longer than all that is tested each time may. */
    @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
    @MethodSource("theSlow")
    @Tag("slow")
    void after_each_of_the_others_every_invariant_holds(Fault fault) {
        after_the_fault_every_invariant_holds(fault);
    }

    // The worker's process
    // ---------------------------------------------------------------------------------------------

    private static Fault killed(String name, Failpoint point) {
        return new Fault(name, test -> test.killedAt(point));
    }

    /** Its container may end while nobody watches: what it wrote is there, and its row is made by the next process. */
    private void killedAt(Failpoint point) {
        worker = Installation.awaitReady(installation.startWorker("gpu-1", "slots:2", point));
        Training training = publish();
        training.gate().open();

        assertThat(worker.awaitExit()).as(worker.said()).isEqualTo(137);
        startWorker();
        ended(training, "1 PROGRAM_ERROR");
        assertThat(training.containersThat("started")).hasSize(1);
    }

    /** Its last step prints more lines than all others, so that the thirtieth line of all is one of its own. */
    private void killed_during_a_build() {
        worker = Installation.awaitReady(installation.startWorker(
                "gpu-1", "slots:2", Failpoint.dieBefore("BuildOutput#line").atCall(30)));
        // What the engine has built before it does not build again.
        Training training = Training.built(installation, installation.startServer(), """
                FROM busybox:latest
                RUN echo %s > /first
                RUN i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo line $i; sleep 0.1; done
                """.formatted(UUID.randomUUID()));
        trainings.add(training);
        training.gate().open();

        assertThat(worker.awaitExit()).as(worker.said()).isEqualTo(137);
        assertThat(attempts(training)).containsExactly("1 PREPARING");
        startWorker();
        ended(training, "1 PROGRAM_ERROR");
        assertThat(training.containersThat("started")).hasSize(1);
        assertThat(installation
                        .internalSql()
                        .sql("""
                                select string_agg(c.text, '' order by c.seq) from trainyard.log_chunk c join trainyard.attempt a on a.id = c.attempt_id
                                where a.job_id = :job and c.source = 'IMAGE'""")
                        .param("job", training.job())
                        .query(String.class)
                        .single())
                .containsOnlyOnce("Using cache");
    }

    /** Kafka gives the dead one's records to the next when it has missed it for ten seconds. */
    private void killed_before_the_commit() {
        killedAt(Failpoint.dieAfter("JobStore#accept"));
        worker.awaitSaying("accepted before job=" + trainings.getFirst().job());
    }

    private void killed_before_it_begins() {
        ProductProcess planner = Installation.awaitReady(installation.startWorker("planner", "none"));
        worker = Installation.awaitReady(
                installation.startWorker("gpu-1", "slots:2", Failpoint.dieBefore("AttemptStore#begin")));
        Training training = publish();
        training.gate().open();
        assertThat(worker.awaitExit()).isEqualTo(137);

        // What was never begun frees everything with its host.
        await().atMost(ProductProcess.PATIENCE).until(() -> attempts(training).equals(List.of("1 HOST_LOST")));
        startWorker();
        ended(training, "1 HOST_LOST", "2 PROGRAM_ERROR");
        planner.close();
    }

    /** Its host is not lost by then. */
    private void not_taken_up_in_time() {
        hostLostAfter("5 minutes");
        try (ProductProcess planner = Installation.awaitReady(installation.startWorker("planner", "none"))) {
            worker = Installation.awaitReady(
                    installation.startWorker("gpu-1", "slots:2", Failpoint.dieBefore("AttemptStore#begin")));
            Training training = publish();
            training.gate().open();
            assertThat(worker.awaitExit()).as(planner.said()).isEqualTo(137);

            await().atMost(ProductProcess.PATIENCE)
                    .until(() -> attempts(training).equals(List.of("1 START_TIMEOUT")));
            startWorker();
            ended(training, "1 START_TIMEOUT", "2 PROGRAM_ERROR");
        } finally {
            hostLostAfter("12 seconds");
        }
    }

    private void the_planner_stops() {
        // The planner's own host has no device: what it would have placed belongs to the other worker.
        worker = Installation.awaitReady(
                installation.startWorker("planner", "none", Failpoint.freezeBefore("PlanStore#reserve")));
        Training training = publish();
        ProductProcess other = Installation.awaitReady(installation.startWorker("gpu-1"));
        worker.awaitSaying("failpoint reached");

        running(training, 1);
        worker.thaw();
        training.gate().open();
        ended(training, "1 PROGRAM_ERROR");
        other.close();
    }

    /** Also a backoff is: an hour ahead, it would last an hour. */
    private void clockIsOff(Duration ahead) {
        Instant before = installation.now();
        worker = Installation.awaitReady(installation.startWorker("gpu-1", "slots:2", ahead));
        String said = worker.err().substring(0, "2026-01-01T00:00:00".length());
        assertThat(Duration.between(before.atZone(ZoneId.systemDefault()).toLocalDateTime(), LocalDateTime.parse(said)))
                .isCloseTo(ahead, Duration.ofMinutes(10));
        Training training = publish();
        installation.killContainer(running(training, 1));
        running(training, 2);
        training.gate().open();
        ended(training, "1 KILLED_EXTERNALLY", "2 PROGRAM_ERROR");

        assertThat(installation
                        .internalSql()
                        .sql("""
                                select column_name || ' ' || at from (
                                  select 'job ' || key as column_name, value as at from trainyard.job j, jsonb_each_text(to_jsonb(j)) where id = :job
                                  union all select 'attempt ' || key, value from trainyard.attempt a, jsonb_each_text(to_jsonb(a)) where job_id = :job
                                  union all select 'event', at::text from trainyard.job_event where job_id = :job
                                  union all select 'lease', renewed_at::text from trainyard.worker_lease l join trainyard.worker w on w.id = l.worker_id
                                    where w.name = 'gpu-1'
                                ) times
                                where at ~ '^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:' and at::timestamptz not between :before and clock_timestamp()""")
                        .param("job", training.job())
                        .param("before", Timestamp.from(before))
                        .query(String.class)
                        .list())
                .isEmpty();
    }

    /** What a release may do to the schema while workers of the release before run: add. */
    private void schema_of_the_release_to_come() {
        startWorker();
        Training before = publish();
        running(before, 1);

        var sql = installation.internalSql();
        sql
                .sql(
                        "select quote_ident(table_name) from information_schema.tables where table_schema = 'trainyard' and table_type = 'BASE TABLE'")
                .query(String.class)
                .list()
                .stream()
                .filter(table -> !isPartition(table))
                .forEach(table -> sql.sql("alter table trainyard.%s add column of_the_next_release text default 'new'"
                                .formatted(table))
                        .update());
        sql.sql("""
                insert into migrations.schema_version
                  (installed_rank, version, description, type, script, installed_by, execution_time, success)
                select max(installed_rank) + 1, '1000', 'the next release', 'SQL', 'V1000__next.sql', 'postgres', 1, true
                from migrations.schema_version""").update();
        before.gate().open();
        ended(before, "1 PROGRAM_ERROR");
        // One that is started again beside it, too: it is the schema of a later release, and good enough.
        ProductProcess other = Installation.awaitReady(installation.startWorker("gpu-2"));
        Training after = publish();
        after.gate().open();
        ended(after, "1 PROGRAM_ERROR");
        other.close();
    }

    /** They have what their parent gets. */
    private static boolean isPartition(String table) {
        return installation
                .internalSql()
                .sql("select relispartition from pg_class where oid = ('trainyard.' || :table)::regclass")
                .param("table", table)
                .query(Boolean.class)
                .single();
    }

    // The container
    // ----------------------------------------------------------------------------------------------------

    private void container_killed_by_hand() {
        startWorker();
        Training training = publish();
        installation.killContainer(running(training, 1));

        running(training, 2);
        training.gate().open();
        ended(training, "1 KILLED_EXTERNALLY", "2 PROGRAM_ERROR");
    }

    private void container_removed_by_hand() {
        startWorker();
        Training training = publish();
        installation.removeContainer(running(training, 1));

        running(training, 2);
        training.gate().open();
        ended(training, "1 KILLED_EXTERNALLY", "2 PROGRAM_ERROR");
    }

    private void container_removed_before_its_start() {
        worker = Installation.awaitReady(
                installation.startWorker("gpu-1", "slots:2", Failpoint.freezeAfter("AttemptStore#created")));
        Training training = publish();
        worker.awaitSaying("failpoint reached");
        installation.containersOf(training.job()).forEach(installation::removeContainer);
        worker.thaw();

        running(training, 2, 1);
        training.gate().open();
        ended(training, "1 KILLED_EXTERNALLY", "2 PROGRAM_ERROR");
    }

    // Postgres
    // ---------------------------------------------------------------------------------------------------------

    private void postgres_crashes() {
        startWorker();
        Training training = publish();
        running(training, 1);

        installation.services().crashPostgres();
        await().atMost(ProductProcess.PATIENCE)
                .ignoreExceptions()
                .until(() -> !attempts(training).isEmpty());
        training.gate().open();

        ended(training, "1 PROGRAM_ERROR");
    }

    private void postgres_does_not_answer() {
        startWorker();
        Training training = publish();
        String container = running(training, 1);

        installation.services().withoutPostgres(() -> {
            training.gate().open();
            awaitDeath(container);
            // Longer than anybody waits for an answer.
            assertThatThrownBy(() ->
                            installation.impatientSql().sql("select 1").query().singleRow())
                    .isInstanceOf(DataAccessException.class);
        });

        ended(training, "1 PROGRAM_ERROR");
    }

    private void postgres_away_for_long() {
        startWorker();
        Training training = publish();
        String container = running(training, 1);

        long away = System.nanoTime();
        installation.services().withoutPostgres(() -> {
            await().atMost(ProductProcess.PATIENCE).until(() -> System.nanoTime() - away > 15_000_000_000L);
            assertThat(installation.isRunning(container)).isTrue();
        });
        training.gate().open();

        ended(training, "1 PROGRAM_ERROR");
    }

    private void postgres_out_of_connections() {
        startWorker();
        Training training = publish();
        String container = running(training, 1);
        running(publish(), 1);
        String before = worker.err();

        long away = System.nanoTime();
        installation.services().withoutConnections(() -> {
            training.gate().open();
            awaitDeath(container);
            await().atMost(ProductProcess.PATIENCE).until(() -> System.nanoTime() - away > 5_000_000_000L);
            assertThat(attempts(training)).containsExactly("1 RUNNING");
        });

        ended(training, "1 PROGRAM_ERROR");
        trainings.getLast().gate().open();
        ended(trainings.getLast(), "1 PROGRAM_ERROR");
        assertThat(worker.err()
                        .substring(before.length())
                        .lines()
                        .filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")))
                .as("one line for the outage, not one of each who meets it, nor one of each time")
                .hasSize(1);
    }

    private void postgres_takes_no_writes() {
        startWorker();
        Training training = publish();
        String container = running(training, 1);

        installation.services().withoutWrites(() -> {
            training.gate().open();
            awaitDeath(container);
            assertThat(attempts(training)).containsExactly("1 RUNNING");
        });

        ended(training, "1 PROGRAM_ERROR");
    }

    // Kafka
    // ------------------------------------------------------------------------------------------------------------

    private void kafka_does_not_answer() {
        startWorker();
        Training before = publish();
        String container = running(before, 1);

        installation.services().withoutKafka(() -> {
            before.gate().open();
            awaitDeath(container);
            ended(before, "1 PROGRAM_ERROR");
        });
        Training after = publish();
        after.gate().open();

        ended(after, "1 PROGRAM_ERROR");
    }

    /** What is published is there when it is back, and the worker's group goes on where it was. */
    private void kafka_restarted() {
        startWorker();
        Training before = publish();
        String container = running(before, 1);

        installation.services().restartKafka(() -> {
            before.gate().open();
            awaitDeath(container);
            ended(before, "1 PROGRAM_ERROR");
        });
        Training after = publish();
        after.gate().open();

        ended(after, "1 PROGRAM_ERROR");
    }

    /** The one that stands still before it takes its batch in loses its partitions, and takes the batch in all the same. */
    private void rebalance_within_a_batch() {
        worker = Installation.awaitReady(
                installation.startWorker("gpu-1", "slots:2", Failpoint.freezeBefore("JobStore#accept")));
        List<UUID> jobs =
                IntStream.range(0, 500).mapToObj(n -> UUID.randomUUID()).toList();
        publishForLater(jobs);
        worker.awaitSaying("failpoint reached");
        ProductProcess other = Installation.awaitReady(installation.startWorker("gpu-2"));
        awaitQueued(jobs);

        worker.thaw();
        worker.awaitSaying("accepted before job=");
        assertThat(installation
                        .sql()
                        .sql("select count(*) from history.rejected where job_id = any(:jobs)")
                        .param("jobs", jobs.toArray(UUID[]::new))
                        .query(Integer.class)
                        .single())
                .isZero();
        other.close();
    }

    private void ten_thousand_requests() {
        startWorker();
        List<UUID> jobs =
                IntStream.range(0, 10_000).mapToObj(n -> UUID.randomUUID()).toList();
        publishForLater(jobs);

        awaitQueued(jobs);
        // Those who come after them run all the same.
        Training training = publish();
        training.gate().open();
        ended(training, "1 PROGRAM_ERROR");
    }

    /** Of jobs that are never due, so that they are taken in and wait. */
    private static void publishForLater(List<UUID> jobs) {
        installation.publish(jobs.stream()
                .map(job -> Map.entry(job.toString(), """
                        {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "later",
                         "image": {"reference": "busybox:latest"}, "run": {"command": ["true"]},
                         "notBefore": "2100-01-01T00:00:00Z"}""".formatted(job)))
                .toList());
    }

    private static void awaitQueued(List<UUID> jobs) {
        await().atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> assertThat(installation
                                .sql()
                                .sql("select count(*) from history.jobs where state = 'QUEUED' and job_id = any(:jobs)")
                                .param("jobs", jobs.toArray(UUID[]::new))
                                .query(Integer.class)
                                .single())
                        .isEqualTo(jobs.size()));
    }

    private void the_same_record_ten_times() {
        startWorker();
        Training training = Training.of(installation);
        trainings.add(training);
        installation.publish(IntStream.range(0, 10)
                .mapToObj(n -> Map.entry(training.job().toString(), training.request()))
                .toList());
        training.gate().open();

        ended(training, "1 PROGRAM_ERROR");
        assertThat(training.containersThat("started")).hasSize(1);
    }

    private void cancel_before_submit() {
        startWorker();
        Training training = Training.of(installation);
        trainings.add(training);
        installation.publish(training.job(), """
                {"schema": "trainyard.request/v1", "kind": "cancel", "jobId": "%s"}""".formatted(training.job()));
        installation.publish(training.job(), training.request());

        installation.awaitJob(training.job(), "CANCELLED");
        assertThat(attempts(training)).isEmpty();
    }

    // Words of the rows
    // ------------------------------------------------------------------------------------------------

    private void startWorker() {
        worker = Installation.awaitReady(installation.startWorker("gpu-1"));
    }

    private Training publish() {
        Training training = Training.of(installation);
        trainings.add(training);
        installation.publish(training.job(), training.request());
        return training;
    }

    /** Returns the container of that attempt once it runs, by the row and by its own word. */
    private String running(Training training, int attempt) {
        return running(training, attempt, attempt);
    }

    /** @param started how many of its containers have been started by then */
    private String running(Training training, int attempt, int started) {
        await("attempt %d of %s runs".formatted(attempt, training.job()))
                .atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> {
                    assertThat(attempts(training)).last().isEqualTo(attempt + " RUNNING");
                    assertThat(training.containersThat("started")).hasSize(started);
                });
        return installation
                .sql()
                .sql("select container_id from history.attempts where job_id = :job and number = :attempt")
                .param("job", training.job())
                .param("attempt", attempt)
                .query(String.class)
                .single();
    }

    private static void awaitDeath(String container) {
        await().atMost(ProductProcess.PATIENCE)
                .until(() -> !installation.exists(container) || !installation.isRunning(container));
    }

    /** The job has failed, by these attempts. */
    private void ended(Training training, String... attempts) {
        installation.awaitJob(training.job(), "FAILED");
        assertThat(attempts(training)).containsExactly(attempts);
    }

    private static List<String> attempts(Training training) {
        return installation.attempts(training.job());
    }
}
