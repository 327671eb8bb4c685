package dev.trainyard.e2e;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import dev.trainyard.core.request.Topics;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** Kafka and Postgres in containers of their own on loopback, shared by all tests of this JVM and removed when it ends. */
final class Services {

    static final String SUPERUSER = "postgres";

    private static final int PARTITIONS = 6;
    private static final KafkaContainer KAFKA =
            new KafkaContainer(ServiceImages.kafka()).withCreateContainerCmdModifier(Services::onLoopback);
    private static final PostgreSQLContainer POSTGRES = new PostgreSQLContainer(ServiceImages.postgres())
            .withUsername(SUPERUSER)
            .withDatabaseName(SUPERUSER)
            .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
            .withCreateContainerCmdModifier(Services::onLoopback);

    static {
        Startables.deepStart(KAFKA, POSTGRES).join();
        createTopics();
    }

    private Services() {}

    /** Host and port, as {@code --kafka} takes it. */
    static String kafka() {
        return KAFKA.getBootstrapServers();
    }

    /** As {@code --postgres} takes it; the user is the part's own role. */
    static String postgres(String database) {
        return "postgresql://localhost:%d/%s".formatted(POSTGRES.getMappedPort(5432), database);
    }

    static JdbcClient sql(String user, String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"localhost"});
        source.setPortNumbers(new int[] {POSTGRES.getMappedPort(5432)});
        source.setDatabaseName(database);
        source.setUser(user);
        return JdbcClient.create(source);
    }

    /** As an operator may: servers do so when they start, workers do not. */
    private static void createTopics() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka()))) {
            admin.createTopics(Stream.of(Topics.REQUESTS, Topics.DEAD_LETTERS, Topics.EVENTS)
                            .map(topic -> new NewTopic(topic, PARTITIONS, (short) 1))
                            .toList())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void onLoopback(CreateContainerCmd command) {
        Ports loopback = new Ports();
        for (ExposedPort port : Objects.requireNonNull(command.getExposedPorts())) {
            loopback.bind(port, Ports.Binding.bindIp("127.0.0.1"));
        }
        HostConfig host = Objects.requireNonNull(command.getHostConfig());
        host.withPortBindings(loopback);
    }
}
