package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The database is put back to what it was before some of the running attempts began. */
@Tag("slow")
class RestoredDatabaseTest {

    private static final String BACKUP = "restoreddatabasetest_backup";

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.start(RestoredDatabaseTest.class);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void a_container_started_after_the_backup_is_left_alone_and_its_devices_remain_reserved_until_it_ends() {
        ProductProcess worker = Installation.awaitReady(installation.startWorker("gpu-1", "slots:2"));
        Training known = running();
        installation.services().copyDatabase(installation.database(), BACKUP);
        Training unknown = running();
        String unknownContainer = installation.containersOf(unknown.job()).getFirst();

        restored();
        assertThat(worker.awaitExit()).as(worker.said()).isEqualTo(76);
        Training later = Training.of(installation);
        installation.publish(later.job(), later.request());
        Installation.awaitReady(installation.startWorker("gpu-1", "slots:2"));

        // One device has the training that is known, the other is held.
        await().atMost(ProductProcess.PATIENCE)
                .untilAsserted(() -> assertThat(jobs())
                        .containsOnly(Map.entry(known.job(), "RUNNING"), Map.entry(later.job(), "QUEUED")));
        assertThat(installation
                        .sql()
                        .sql("select unhealthy_because from history.gpus where unhealthy_because is not null")
                        .query(String.class)
                        .list())
                .singleElement()
                .asString()
                .contains("which the database does not know");
        assertThat(installation.isRunning(unknownContainer)).isTrue();

        unknown.gate().open();
        installation.awaitJob(later.job(), "RUNNING");
        known.gate().open();
        later.gate().open();
        installation.awaitJob(known.job(), "FAILED");
        installation.awaitJob(later.job(), "FAILED");

        assertThat(List.of(known, unknown, later)).allSatisfy(training -> {
            assertThat(training.containersThat("started")).hasSize(1);
            assertThat(training.containersThat("ended")).hasSize(1);
        });
        assertThat(installation.exists(unknownContainer)).isTrue();
        installation.removeContainer(unknownContainer);
    }

    private static Training running() {
        Training training = Training.of(installation);
        installation.publish(training.job(), training.request());
        await().atMost(ProductProcess.PATIENCE)
                .until(() -> !training.containersThat("started").isEmpty());
        return training;
    }

    /** As docs/hosts.md says: workers see it only when it has been told that it was restored. */
    private static void restored() {
        try (ProductProcess migrate = installation.run(
                "restored",
                "submitter",
                Map.of(),
                List.of(
                        "migrate",
                        "--restored",
                        "--postgres",
                        installation
                                .services()
                                .postgres(BACKUP)
                                .replace("//", "//%s@".formatted(Services.SUPERUSER))))) {
            assertThat(migrate.awaitExit()).as(migrate.said()).isZero();
            assertThat(migrate.said()).contains("1 workers must register again");
        }
        installation.services().replaceDatabase(installation.database(), BACKUP);
    }

    private static Map<UUID, String> jobs() {
        return installation
                .sql()
                .sql("select job_id, state from history.jobs")
                .query((row, n) -> Map.entry(row.getObject("job_id", UUID.class), row.getString("state")))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
