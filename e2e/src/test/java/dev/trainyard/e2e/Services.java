package dev.trainyard.e2e;

import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import dev.trainyard.core.request.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

    // Restarted, a container has the port again that was asked for, where one that the engine chose would be another.
    private final KafkaContainer kafka = new KafkaContainer(ServiceImages.kafka())
            .withCreateContainerCmdModifier(command -> onLoopback(command, freePort()));
    private final PostgreSQLContainer postgres = new PostgreSQLContainer(ServiceImages.postgres())
            .withUsername(SUPERUSER)
            .withDatabaseName(SUPERUSER)
            .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
            .withCreateContainerCmdModifier(command -> onLoopback(command, 0));

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
        return JdbcClient.create(source(user, database));
    }

    /** That gives up soon where Postgres does not answer. */
    JdbcClient impatientSql(String user, String database) {
        PGSimpleDataSource source = source(user, database);
        source.setConnectTimeout(3);
        source.setSocketTimeout(10);
        return JdbcClient.create(source);
    }

    private PGSimpleDataSource source(String user, String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"localhost"});
        source.setPortNumbers(new int[] {postgres.getMappedPort(5432)});
        source.setDatabaseName(database);
        source.setUser(user);
        return source;
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

    /** The workers' role gets none while the work is done; those that it has are ended. */
    void withoutConnections(Runnable meanwhile) {
        connections(0);
        try {
            meanwhile.run();
        } finally {
            connections(-1);
        }
    }

    private void connections(int limit) {
        JdbcClient sql = sql(SUPERUSER, SUPERUSER);
        sql.sql("alter role trainyard_worker connection limit " + limit).update();
        sql.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'trainyard_worker'")
                .query()
                .listOfRows();
    }

    /** Postgres takes none while the work is done. */
    void withoutWrites(Runnable meanwhile) {
        readOnly("on");
        try {
            meanwhile.run();
        } finally {
            readOnly("off");
        }
    }

    private void readOnly(String value) {
        JdbcClient sql = sql(SUPERUSER, SUPERUSER);
        sql.sql("alter system set default_transaction_read_only = " + value).update();
        sql.sql("select pg_reload_conf()").query().singleRow();
    }

    /** The broker ends as it is told, and is started again after the work, on the same port and with what it had stored. */
    void restartKafka(Runnable meanwhile) {
        process(kafka.getContainerId(), "java").destroy();
        awaitDeathOfKafka();
        startKafkaAfter(meanwhile);
    }

    /** As {@link #restartKafka}, but it has no time to close anything. */
    void killKafka(Runnable meanwhile) {
        engine().killContainerCmd(kafka.getContainerId()).exec();
        awaitDeathOfKafka();
        startKafkaAfter(meanwhile);
    }

    private void awaitDeathOfKafka() {
        await("the broker ends")
                .atMost(ProductProcess.PATIENCE)
                .until(() -> !Boolean.TRUE.equals(engine().inspectContainerCmd(kafka.getContainerId())
                        .exec()
                        .getState()
                        .getRunning()));
    }

    private void startKafkaAfter(Runnable meanwhile) {
        try {
            meanwhile.run();
        } finally {
            engine().startContainerCmd(kafka.getContainerId()).exec();
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka()))) {
            await("the broker answers again")
                    .atMost(ProductProcess.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> admin.listTopics().names().get().contains(Topics.REQUESTS));
        }
    }

    private static DockerClient engine() {
        return DockerClientFactory.lazyClient();
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
        process(postgres.getContainerId(), "walwriter").destroyForcibly();
    }

    private static ProcessHandle process(String container, String command) {
        var top = engine().topContainerCmd(container).exec();
        int pid = List.of(top.getTitles()).indexOf("PID");
        // The broker's own comes after the shell that has started it.
        String found = Arrays.stream(top.getProcesses())
                .filter(process -> process[process.length - 1].contains(command))
                .map(process -> process[pid])
                .reduce((first, second) -> second)
                .orElseThrow();
        return ProcessHandle.of(Long.parseLong(found)).orElseThrow();
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

    /** Below those that Linux gives to outgoing connections, one of which could hold it. */
    private static int freePort() {
        int first = 24_000 + (int) (ProcessHandle.current().pid() % 4000);
        for (int port = first; port < 32_768; port++) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Somebody's: the next.
            }
        }
        throw new IllegalStateException("no port is free from %d to 32767".formatted(first));
    }

    /** @param hostPort 0: the engine chooses */
    private static void onLoopback(CreateContainerCmd command, int hostPort) {
        Ports loopback = new Ports();
        for (ExposedPort port : Objects.requireNonNull(command.getExposedPorts())) {
            loopback.bind(
                    port,
                    hostPort == 0
                            ? Ports.Binding.bindIp("127.0.0.1")
                            : Ports.Binding.bindIpAndPort("127.0.0.1", hostPort));
        }
        HostConfig host = Objects.requireNonNull(command.getHostConfig());
        host.withPortBindings(loopback);
    }
}
