package dev.trainyard.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.db.Database;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.LogStore.ResumePoint;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.Role;
import dev.trainyard.db.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a real database whose disk can be full. */
@Timeout(120)
class AttemptLogTest {

    private static final LogStore.Wanted EVERYTHING = new LogStore.Wanted(true, null);

    private final PostgresUrl url = TestPostgres.freshDatabase();
    private final Database database = Database.connect(url, Role.WORKER, 2);
    private final LogStore store = new LogStore(database);
    private final AttemptId attempt = AttemptId.random();
    private Connection superuser;

    @BeforeEach
    void connect() throws SQLException {
        superuser = DriverManager.getConnection(
                "jdbc:postgresql://%s:%d/%s".formatted(url.host(), url.port(), url.database()), "postgres", "");
    }

    @AfterEach
    void close() throws SQLException {
        superuser.close();
        database.close();
    }

    @Test
    void after_what_was_left_to_the_next_process_nothing_more_is_stored() throws Exception {
        sql("create sequence trainyard.refused");
        sql("""
                create function trainyard.full_disk() returns trigger language plpgsql security definer as
                $$ begin perform nextval('trainyard.refused'); raise exception 'full' using errcode = '53100'; end $$""");
        sql(
                "create trigger full_disk before insert on trainyard.log_chunk for each row execute function trainyard.full_disk()");
        AttemptLog log = new AttemptLog(attempt, store);
        log.line(Source.IMAGE, "pulled");
        log.container("epoch 1", false, new ResumePoint(Instant.EPOCH, 1));
        await().until(() -> yes("select is_called from trainyard.refused"));

        log.close();
        sql("drop trigger full_disk on trainyard.log_chunk");
        log.drain();

        assertThat(store.after(attempt, 0, EVERYTHING, 10)).isEmpty();
        assertThat(store.resumePoint(attempt)).isEmpty();
    }

    @Test
    void what_was_added_before_the_end_is_stored_in_order() throws Exception {
        AttemptLog log = new AttemptLog(attempt, store);
        log.line(Source.IMAGE, "pulled");
        log.container("epoch ", true, new ResumePoint(Instant.EPOCH, 1));
        log.container("1", false, new ResumePoint(Instant.EPOCH, 2));
        log.close();
        log.drain();

        assertThat(store.after(attempt, 0, EVERYTHING, 10))
                .extracting(LogStore.Chunk::text)
                .containsExactly("pulled\n", "epoch 1\n");
        assertThat(store.resumePoint(attempt)).contains(new ResumePoint(Instant.EPOCH, 2));
    }

    private void sql(String statement) throws SQLException {
        try (Statement executed = superuser.createStatement()) {
            executed.execute(statement);
        }
    }

    private boolean yes(String query) throws SQLException {
        try (Statement asked = superuser.createStatement();
                ResultSet answer = asked.executeQuery(query)) {
            return answer.next() && answer.getBoolean(1);
        }
    }
}
