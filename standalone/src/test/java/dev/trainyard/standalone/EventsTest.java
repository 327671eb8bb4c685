package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.trainyard.core.event.Event;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.Topics;
import dev.trainyard.db.Database;
import dev.trainyard.db.JobStore;
import dev.trainyard.db.Migrations;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.Role;
import dev.trainyard.standalone.embedded.LocalKafka;
import dev.trainyard.standalone.embedded.LocalPostgres;
import dev.trainyard.standalone.embedded.Services;
import dev.trainyard.worker.event.EventPublisher;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the outbox holds comes to the topic, over a real Kafka and Postgres; what happens is done with the stores. */
class EventsTest {

    @TempDir
    private static Path directory;

    private static Services services;
    private static LocalKafka kafka;
    private static Database database;
    private static JobStore jobs;

    /** A batch of one event of a job without details fits, one of an attempt does not: that has an id more. */
    private static final int SIZE_OF_A_SHORT_EVENT = 580;

    private final List<EventPublisher> publishers = new ArrayList<>();

    @BeforeAll
    static void start() {
        services = Services.start(directory, 0, 0);
        kafka = services.kafka();
        Migrations.migrate(login(LocalPostgres.SUPERUSER));
        database = Database.connect(login(LocalPostgres.WORKER), Role.WORKER, 4);
        jobs = new JobStore(database);
    }

    @AfterAll
    static void stop() {
        database.close();
        kafka.close();
        services.close();
    }

    @AfterEach
    void stop_publishing() throws InterruptedException {
        for (EventPublisher publisher : publishers) {
            publisher.close();
        }
    }

    private static PostgresUrl login(String user) {
        return new PostgresUrl(
                "127.0.0.1",
                services.postgres().port(),
                LocalPostgres.DATABASE,
                user,
                services.postgres().password(user),
                "");
    }

    /** On the same port over the same log. */
    private static void startKafkaAgain() {
        kafka = LocalKafka.start(directory.resolve("kafka"), 0);
    }

    private EventPublisher publisher() {
        EventPublisher publisher = new EventPublisher(kafka.bootstrapServers(), database);
        publishers.add(publisher);
        return publisher;
    }

    private static JobId submit() {
        JobId job = new JobId(UUID.randomUUID());
        String json = """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"mnist",
                 "image":{"reference":"busybox:latest"},"run":{"command":["true"]}}""".formatted(job);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        assertThat(jobs.accept(List.of(new JobStore.Incoming(
                        job, new JobStore.Stated((Request.Submit) RequestCodec.decode(bytes)), json, digest(bytes)))))
                .containsExactly(new JobStore.Accepted());
        return job;
    }

    private static byte[] digest(byte[] message) {
        return HexFormat.of().parseHex(RequestCodec.message(message).digest().substring("sha256:".length()));
    }

    // The history -----------------------------------------------------------------------------------------------------

    private static List<String> inHistory(JobId job) {
        return texts(
                "select seq || ' ' || type from trainyard.job_event where job_id = '%s' order by seq".formatted(job));
    }

    private static List<String> texts(String query) {
        try (Connection connection = superuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void execute(String statement) {
        try (Connection connection = superuser();
                Statement executed = connection.createStatement()) {
            executed.execute(statement);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static Connection superuser() throws SQLException {
        return DriverManager.getConnection(
                services.postgres().jdbcUrl(LocalPostgres.SUPERUSER),
                LocalPostgres.SUPERUSER,
                services.postgres().password(LocalPostgres.SUPERUSER));
    }

    private static void awaitAllPublished() {
        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(texts("select events from history.unpublished"))
                        .containsExactly("0"));
    }

    // The topic -------------------------------------------------------------------------------------------------------

    static List<ConsumerRecord<String, String>> onTopic(String bootstrapServers, String key) {
        try (Consumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers), new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.EVENTS).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> found = new ArrayList<>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                    if (record.key().equals(key)) {
                        found.add(record);
                    }
                });
            }
            return found;
        }
    }

    /** As a consumer has them that goes by the ids. */
    private static List<String> seen(JobId job) {
        List<String> all = seenWithRepetitions(job);
        return List.copyOf(new LinkedHashSet<>(all));
    }

    private static List<String> seenWithRepetitions(JobId job) {
        return onTopic(kafka.bootstrapServers(), job.toString()).stream()
                .map(record -> {
                    JsonNode event = JsonMapper.shared().readTree(record.value());
                    return event.at("/data/seq").asLong() + " "
                            + event.at("/type").asString();
                })
                .toList();
    }

    // -----------------------------------------------------------------------------------------------------------------

    @Test
    void events_are_on_the_topic_once_in_order_as_cloud_events() {
        JobId job = submit();
        jobs.prioritise(job, 700);
        jobs.cancel(job, "ada", JobStore.Kill.NEVER);

        publisher();

        awaitAllPublished();
        assertThat(seenWithRepetitions(job))
                .isEqualTo(inHistory(job))
                .containsExactly(
                        "1 job.accepted", "2 job.queued", "3 job.prioritised", "4 job.cancel-requested", "5 job.ended");
        assertThat(onTopic(kafka.bootstrapServers(), job.toString())).allSatisfy(record -> {
            assertThat(new String(record.headers().lastHeader("content-type").value(), StandardCharsets.UTF_8))
                    .isEqualTo(Event.CONTENT_TYPE);
            JsonNode event = JsonMapper.shared().readTree(record.value());
            assertThat(event.at("/id").asString())
                    .isEqualTo(job + "/" + event.at("/data/seq").asString());
            assertThat(event.at("/data/jobName").asString()).isEqualTo("mnist");
        });
    }

    @Test
    void while_kafka_is_away_everything_goes_on_and_when_it_is_back_nothing_is_missing() {
        publisher();
        JobId job = submit();
        awaitAllPublished();

        kafka.close();
        List<JobId> meanwhile;
        try {
            meanwhile = IntStream.range(0, 20).mapToObj(n -> submit()).toList();
            jobs.hold(job, "wait");
            jobs.release(job);
            jobs.cancel(job, "ada", JobStore.Kill.NEVER);
            meanwhile.forEach(each -> jobs.cancel(each, "ada", JobStore.Kill.NEVER));
            assertThat(texts("select events from history.unpublished")).containsExactly("84");
        } finally {
            startKafkaAgain();
        }

        awaitAllPublished();
        assertThat(seen(job)).isEqualTo(inHistory(job)).hasSize(6);
        assertThat(meanwhile)
                .allSatisfy(each ->
                        assertThat(seen(each)).isEqualTo(inHistory(each)).hasSize(4));
    }

    @Test
    void a_topic_that_is_not_there_is_waited_for() throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.deleteTopics(List.of(Topics.EVENTS)).all().get();
            JobId job = submit();
            publisher();
            assertThat(texts("select events from history.unpublished")).doesNotContain("0");

            admin.createTopics(List.of(new NewTopic(Topics.EVENTS, 6, (short) 1)))
                    .all()
                    .get();

            awaitAllPublished();
            assertThat(seen(job)).isEqualTo(inHistory(job));
        }
    }

    @Test
    void an_event_too_large_for_kafka_is_sent_without_its_details_and_delays_no_other() {
        JobId job = submit();
        execute("""
                update trainyard.job set last_event = 3 where id = '%1$s';
                insert into trainyard.job_event (job_id, seq, type, data)
                values ('%1$s', 3, 'job.prioritised', jsonb_build_object('text', repeat('x', 2000000)))""".formatted(job));
        jobs.cancel(job, "ada", JobStore.Kill.NEVER);
        JobId other = submit();

        publisher();

        awaitAllPublished();
        assertThat(seenWithRepetitions(job)).isEqualTo(inHistory(job)).hasSize(5);
        assertThat(onTopic(kafka.bootstrapServers(), job.toString()).get(2).value())
                .contains("\"leftOutBytes\":2000012");
        assertThat(seen(other)).isEqualTo(inHistory(other));
    }

    @Test
    void two_publishers_publish_nothing_twice_and_one_takes_over_from_the_other() throws Exception {
        EventPublisher first = publisher();
        publisher();
        JobId before = submit();
        awaitAllPublished();
        assertThat(seenWithRepetitions(before)).isEqualTo(inHistory(before));

        first.close();
        JobId after = submit();

        awaitAllPublished();
        assertThat(seenWithRepetitions(after)).isEqualTo(inHistory(after));
    }

    @Test
    void a_publisher_whose_connection_is_cut_goes_on() {
        publisher();
        JobId job = submit();
        awaitAllPublished();

        execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'trainyard_worker'");
        // Of the test's own connections as well.
        await().atMost(Yard.SOON).ignoreExceptions().until(() -> jobs.cancel(job, "ada", JobStore.Kill.NEVER) != null);

        awaitAllPublished();
        assertThat(seen(job)).isEqualTo(inHistory(job)).hasSize(4);
    }

    @Test
    void an_event_that_cannot_be_deleted_is_not_published_repeatedly() {
        JobId job = submit();
        withRefusedRemovals(() -> {
            publisher();
            awaitRefusals(3);
        });

        awaitAllPublished();
        assertThat(seenWithRepetitions(job)).isEqualTo(inHistory(job));
    }

    @Test
    void events_that_a_dead_publisher_did_not_delete_are_published_again_in_order() {
        JobId job = submit();
        withRefusedRemovals(() -> {
            EventPublisher dies = publisher();
            awaitRefusals(1);
            stop(dies);
        });
        jobs.prioritise(job, 7);

        publisher();

        awaitAllPublished();
        assertThat(seenWithRepetitions(job))
                .containsExactly(
                        "1 job.accepted", "2 job.queued", "1 job.accepted", "2 job.queued", "3 job.prioritised");
    }

    private static void stop(EventPublisher publisher) {
        try {
            publisher.close();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What the database refuses is counted by a sequence, which no refusal undoes. */
    private static void withRefusedRemovals(Runnable work) {
        execute("""
                create sequence public.refused;
                grant usage on sequence public.refused to trainyard_worker;
                create function public.refuse() returns trigger language plpgsql as $$
                begin raise exception 'refused for the %th time', nextval('public.refused'); end $$;
                create trigger refuse before delete on trainyard.outbox for each row execute function public.refuse()""");
        try {
            work.run();
        } finally {
            execute(
                    "drop trigger refuse on trainyard.outbox; drop function public.refuse(); drop sequence public.refused");
        }
    }

    private static void awaitRefusals(int times) {
        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(
                                texts("select last_value >= %d and is_called from public.refused".formatted(times)))
                        .containsExactly("t"));
    }

    /** The second of the three is larger than the broker takes, however short; the third is not. */
    @Test
    void an_event_that_kafka_refuses_is_not_overtaken_by_a_later_one_of_its_job() throws Exception {
        JobId job = submit();
        execute("""
                update trainyard.job set last_event = 4 where id = '%1$s';
                insert into trainyard.job_event (job_id, seq, type, attempt_id, data)
                values ('%1$s', 3, 'attempt.superseded', gen_random_uuid(), '{}'), ('%1$s', 4, 'job.queued', null, '{}')""".formatted(job));
        largest(SIZE_OF_A_SHORT_EVENT);
        try {
            publisher();
            await().atMost(Yard.SOON).until(() -> seen(job).size() == 2);
            JobId other = submit();
            await().atMost(Yard.SOON).until(() -> seen(other).size() == 2);
            assertThat(seen(job)).containsExactly("1 job.accepted", "2 job.queued");
        } finally {
            largest(1_100_000);
        }

        awaitAllPublished();
        assertThat(seenWithRepetitions(job)).isEqualTo(inHistory(job)).hasSize(4);
    }

    private static void largest(int bytes) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS);
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            topic,
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", Integer.toString(bytes)),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }
}
