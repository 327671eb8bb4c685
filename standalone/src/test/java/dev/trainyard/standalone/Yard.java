package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A whole Trainyard in this JVM, used from outside: Kafka's own client to submit, SQL to see. */
final class Yard implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(60);

    private final Path directory;
    private final String devices;
    private final Map<String, String> environment;
    private Standalone standalone;

    Yard(Path directory, String devices) {
        this(directory, devices, System.getenv());
    }

    /** @param environment where {@code DOCKER_HOST} may name another engine */
    Yard(Path directory, String devices, Map<String, String> environment) {
        this.directory = directory;
        this.devices = devices;
        this.environment = environment;
        this.standalone = start();
    }

    private Standalone start() {
        return Standalone.start(
                new Standalone.Settings(directory.resolve("state"), devices, null, policy(), 0, environment), _ -> {});
    }

    /** Trainings of a test may mount its own folder. */
    private Path policy() {
        try {
            return Files.writeString(
                    Files.createDirectories(directory).resolve("policy.yml"),
                    "mounts: {%s: read-write}".formatted(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops it politely and starts it again over the same state. */
    void restart(Runnable meanwhile) {
        standalone.close();
        meanwhile.run();
        standalone = start();
    }

    Standalone standalone() {
        return standalone;
    }

    /** Publishes a job of busybox; {@code more} are further members of the message, each beginning with a comma. */
    UUID submit(String script, String more) {
        UUID job = UUID.randomUUID();
        publish(job, """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"test",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["sh","-c",%s]}%s}""".formatted(job, quoted(script), more));
        return job;
    }

    void publish(UUID key, String json) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", standalone.kafka()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            "trainyard.requests",
                            key.toString().getBytes(StandardCharsets.UTF_8),
                            json.getBytes(StandardCharsets.UTF_8)))
                    .get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    void cancel(UUID job) {
        publish(job, """
                {"schema":"trainyard.request/v1","kind":"cancel","jobId":"%s"}""".formatted(job));
        awaitJob(job, "CANCELLED");
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    List<Map<String, Object>> select(String sql, Object... parameters) {
        return rows("trainyard_reader", "", sql, parameters);
    }

    /** Tables that are nobody's to see. */
    List<Map<String, Object>> selectInside(String sql, Object... parameters) {
        return rows("postgres", standalone.login("postgres").password(), sql, parameters);
    }

    /** What a host that was taken over can do with its login. */
    void updateAsWorker(String sql) {
        String url = "jdbc:postgresql://127.0.0.1:%d/trainyard"
                .formatted(standalone.readerUrl().port());
        try (Connection connection = DriverManager.getConnection(
                        url,
                        "trainyard_worker",
                        standalone.login("trainyard_worker").password());
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private List<Map<String, Object>> rows(String user, String password, String sql, Object... parameters) {
        String url = "jdbc:postgresql://127.0.0.1:%d/trainyard"
                .formatted(standalone.readerUrl().port());
        try (Connection connection = DriverManager.getConnection(url, user, password);
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<Map<String, Object>> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                        row.put(result.getMetaData().getColumnLabel(column), result.getObject(column));
                    }
                    rows.add(row);
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    Object value(String sql, Object... parameters) {
        List<Map<String, Object>> rows = select(sql, parameters);
        return rows.isEmpty() ? null : rows.getFirst().values().iterator().next();
    }

    String jobState(UUID job) {
        return (String) value("select state from history.jobs where job_id = ?", job);
    }

    void awaitJob(UUID job, String state) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(jobState(job))
                        .as(() -> "attempts %s, log %s".formatted(attempts(job), log(job)))
                        .isEqualTo(state));
    }

    void awaitAttempt(UUID job, String state) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(attempts(job))
                        .last()
                        .extracting(attempt -> attempt.get("state"))
                        .isEqualTo(state));
    }

    List<Map<String, Object>> attempts(UUID job) {
        return select(
                "select number, state, cause, detail, exit_code, outputs_location, container_name from history.attempts where job_id = ? order by number",
                job);
    }

    String log(UUID job) {
        StringBuilder log = new StringBuilder();
        selectInside("""
                select c.text from trainyard.log_chunk c join trainyard.attempt a on a.id = c.attempt_id
                where a.job_id = ? and c.source = 'CONTAINER' order by a.number, c.seq""", job).forEach(row -> log.append(row.get("text")));
        return log.toString();
    }

    @Override
    public void close() {
        standalone.close();
    }
}
