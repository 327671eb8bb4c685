package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.JobId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

class NotificationsTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void the_planner_is_notified_of_new_jobs_and_released_resources_and_workers_of_their_work() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        try (Connection listening = yard.database.dedicatedConnection();
                Statement statement = listening.createStatement()) {
            statement.execute("listen " + Notifications.name(listening, Notifications.PLAN));
            statement.execute("listen " + Notifications.name(listening, Notifications.WORK));
            PGConnection ears = listening.unwrap(PGConnection.class);

            JobId job = yard.submit(ARequest.named("mnist").gpus(1));
            assertThat(heard(ears)).containsExactly("plan");
            AttemptId attempt = yard.running(me, job);
            assertThat(heard(ears)).containsExactly("work");
            yard.jobs.cancel(job, null, JobStore.Kill.NEVER);
            assertThat(heard(ears)).containsExactly("work");
            yard.attempts.exited(me, attempt, Yard.EXIT_1);
            assertThat(heard(ears)).containsExactly("plan");
            yard.attempts.ended(me, attempt, yard.end(Cause.CANCELLED, job));
            assertThat(heard(ears)).containsExactly("plan");

            JobId late = yard.submit(ARequest.named("late"));
            AttemptId preparing = yard.prepared(me, late);
            heard(ears);
            yard.plans.observe();
            yard.ago(preparing, "61 minutes");
            yard.plans.observe();
            assertThat(heard(ears)).containsExactly("work");
        }
    }

    private static Set<String> heard(PGConnection ears) throws SQLException {
        PGNotification[] notifications = ears.getNotifications(10_000);
        return notifications == null
                ? Set.of()
                : Arrays.stream(notifications)
                        .map(PGNotification::getName)
                        .map(name -> name.split("_")[1])
                        .collect(Collectors.toSet());
    }

    @Test
    void waiting_ends_at_once_the_first_time_and_then_with_the_next_notification() throws Exception {
        try (Notifications notifications = Notifications.ofPlanner(yard.database)) {
            notifications.await(Duration.ofMinutes(5));

            yard.submit(ARequest.named("mnist"));

            notifications.await(Duration.ofMinutes(5));
        }
    }

    @Test
    void waiting_for_no_time_ends() throws Exception {
        try (Notifications notifications = Notifications.ofWorker(yard.database)) {
            notifications.await(Duration.ZERO);
            notifications.await(Duration.ZERO);
        }
    }

    @Test
    void after_a_broken_connection_the_next_wait_ends_at_once() throws Exception {
        try (Notifications notifications = Notifications.ofWorker(yard.database)) {
            notifications.await(Duration.ZERO);
            yard.sql(
                            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trainyard dedicated'")
                    .query()
                    .listOfRows();

            assertThatThrownBy(() -> notifications.await(Duration.ofSeconds(10)))
                    .isInstanceOf(SQLException.class);
            notifications.await(Duration.ofMinutes(5));
        }
    }
}
