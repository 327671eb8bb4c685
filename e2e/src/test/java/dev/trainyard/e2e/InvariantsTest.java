package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is checked after every fault would be seen if it did not hold. */
class InvariantsTest {

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.start(InvariantsTest.class);
        Installation.awaitReady(installation.startWorker("gpu-1"));
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void a_log_that_is_missing_is_seen_unless_the_container_was_removed_by_hand() {
        Training training = Training.of(installation);
        training.gate().open();
        installation.publish(training.job(), training.request());
        installation.awaitJob(training.job(), "FAILED");
        Invariants invariants = new Invariants(installation);
        assertThat(invariants.violations(List.of(training))).isEmpty();

        var sql = installation.internalSql();
        String container = sql.sql("select container_id from trainyard.attempt where job_id = :job")
                .param("job", training.job())
                .query(String.class)
                .single();
        sql.sql("delete from trainyard.log_chunk").update();

        assertThat(invariants.violations(List.of(training)))
                .singleElement()
                .asString()
                .startsWith("the log is whole");
        assertThat(invariants.violations(List.of(training), Set.of(container))).isEmpty();
    }

    @Test
    void a_container_of_a_stranger_that_is_killed_or_removed_is_seen() {
        try (Strangers strangers = new Strangers()) {
            assertThat(strangers.violations()).isEmpty();
            List<String> ids = List.copyOf(strangers.ids());

            installation.killContainer(ids.getFirst());
            installation.removeContainer(ids.getLast());

            assertThat(strangers.violations())
                    .satisfiesExactly(
                            killed -> assertThat(killed).contains(ids.getFirst(), "exited"),
                            removed -> assertThat(removed).contains(ids.getLast(), "removed"));
        }
    }
}
