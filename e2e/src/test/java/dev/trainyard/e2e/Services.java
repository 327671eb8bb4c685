package dev.trainyard.e2e;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import dev.trainyard.core.request.Topics;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** Kafka and Postgres in containers of their own on loopback, shared by all tests of this JVM and removed when it ends. */
final class Services {

    static final String SUPERUSER = "postgres";

    private static final int PARTITIONS = 6;

    private static @Nullable Services shared;

    private final KafkaContainer kafka =
            new KafkaContainer(ServiceImages.kafka()).withCreateContainerCmdModifier(Services::onLoopback);
    private final PostgreSQLContainer postgres = new PostgreSQLContainer(ServiceImages.postgres())
            .withUsername(SUPERUSER)
            .withDatabaseName(SUPERUSER)
            .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
            .withCreateContainerCmdModifier(Services::onLoopback);

    private Services() {}

    /** Starts them for the first that asks. */
    static synchronized Services shared() {
        if (shared == null) {
            Services services = new Services();
            Startables.deepStart(services.kafka, services.postgres).join();
            services.createTopics();
            shared = services;
        }
        return shared;
    }

    /** Host and port, as {@code --kafka} takes it. */
    String kafka() {
        return kafka.getBootstrapServers();
    }

    /** As {@code --postgres} takes it; the user is the part's own role. */
    String postgres(String database) {
        return "postgresql://localhost:%d/%s".formatted(postgres.getMappedPort(5432), database);
    }

    JdbcClient sql(String user, String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"localhost"});
        source.setPortNumbers(new int[] {postgres.getMappedPort(5432)});
        source.setDatabaseName(database);
        source.setUser(user);
        return JdbcClient.create(source);
    }

    /** A backup as of one instant: those who are connected are cut off for it. */
    void copyDatabase(String database, String copy) {
        withoutConnections(database, "create database %s template %s".formatted(copy, database));
    }

    /** The copy takes the place of the database, which is gone. */
    void replaceDatabase(String database, String copy) {
        withoutConnections(database, "drop database " + database);
        sql(SUPERUSER, SUPERUSER)
                .sql("alter database %s rename to %s".formatted(copy, database))
                .update();
    }

    private void withoutConnections(String database, String statement) {
        JdbcClient sql = sql(SUPERUSER, SUPERUSER);
        sql.sql("alter database %s allow_connections false".formatted(database)).update();
        sql.sql("select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = :name")
                .param("name", database)
                .query()
                .listOfRows();
        sql.sql(statement).update();
        if (!statement.startsWith("drop")) {
            sql.sql("alter database %s allow_connections true".formatted(database))
                    .update();
        }
    }

    /** Neither answers nor refuses while the work is done. */
    void withoutPostgres(Runnable meanwhile) {
        paused(postgres.getContainerId(), meanwhile);
    }

    /** Neither answers nor refuses while the work is done. */
    void withoutKafka(Runnable meanwhile) {
        paused(kafka.getContainerId(), meanwhile);
    }

    private static void paused(String container, Runnable meanwhile) {
        DockerClientFactory.lazyClient().pauseContainerCmd(container).exec();
        try {
            meanwhile.run();
        } finally {
            DockerClientFactory.lazyClient().unpauseContainerCmd(container).exec();
        }
    }

    /** One of its processes dies: it ends all others, recovers from its log, and answers again. */
    void crashPostgres() {
        var top = DockerClientFactory.lazyClient()
                .topContainerCmd(postgres.getContainerId())
                .exec();
        int pid = List.of(top.getTitles()).indexOf("PID");
        String writer = Arrays.stream(top.getProcesses())
                .filter(process -> process[process.length - 1].contains("walwriter"))
                .map(process -> process[pid])
                .findFirst()
                .orElseThrow();
        ProcessHandle.of(Long.parseLong(writer)).orElseThrow().destroyForcibly();
    }

    /** As an operator may: servers do so when they start, workers do not. */
    private void createTopics() {
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
