package dev.trainyard.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.db.Migrations;
import dev.trainyard.db.PostgresUrl;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the server somebody can use up who may log in as a reader, by what that session cannot change. */
class ReadersOfLocalPostgresTest {

    /** Of the roles trainyard_reader and trainyard_sql together. */
    private static final int SESSIONS = 20 + 16;

    @TempDir
    static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static LocalPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start(directory, 0);
        Migrations.migrate(PostgresUrl.parse("postgresql://%s:%s@127.0.0.1:%d/trainyard"
                .formatted(LocalPostgres.SUPERUSER, postgres.password(LocalPostgres.SUPERUSER), postgres.port())));
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void readers_that_lock_all_that_they_can_see_fill_less_than_half_of_the_table_of_locks_after_ten_years()
            throws SQLException {
        PostgresClient client = PostgresClient.of(postgres);
        client.execute("""
                do $$
                declare
                    parent text;
                    month  date;
                begin
                    foreach parent in array array['job_event', 'host_event'] loop
                        for month in select generate_series(date '2036-01-01', date '2045-12-01', '1 month')::date loop
                            execute format('create table trainyard.%I partition of trainyard.%I for values from (%L) to (%L)',
                                           parent || to_char(month, '_YYYY_MM'), parent, month, month + interval '1 month');
                        end loop;
                    end loop;
                end $$""");
        try (Connection session = reader();
                Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            for (String relation : selectable(statement)) {
                statement.execute("select from %s limit 0".formatted(relation));
            }

            // Postgres keeps room for so many locks, and for twice as many holders of them. More is luck.
            assertThat(client.query("""
                            select (count(*) * %d) < current_setting('max_locks_per_transaction')::int
                                                     * current_setting('max_connections')::int
                            from pg_locks where not fastpath and pid <> pg_backend_pid()""".formatted(SESSIONS))).isEqualTo("t");
        }
    }

    private static List<String> selectable(Statement statement) throws SQLException {
        List<String> relations = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("""
                        select oid::regclass::text from pg_class
                        where relkind in ('r', 'v', 'p', 'm') and has_schema_privilege(relnamespace, 'usage')
                          and has_table_privilege(oid, 'select')""")) {
            while (rows.next()) {
                relations.add(rows.getString(1));
            }
        }
        return relations;
    }

    @Test
    void a_session_that_takes_more_than_two_gigabytes_of_memory_is_refused_it_and_nothing_else_ends()
            throws SQLException {
        try (Connection other = reader();
                Connection session = reader();
                Statement statement = session.createStatement()) {
            assertThatThrownBy(() -> statement.execute("""
                            select length(greatest(repeat(a, 1000), repeat(a || 'b', 1000), repeat(a || 'c', 1000)))
                            from repeat('a', 1000000) a""")).hasMessageContaining("out of memory");

            assertThat(other.isValid(1)).isTrue();
            assertThat(session.isValid(1)).isTrue();
        }
    }

    /** The log lies on the disk of the data, and nothing rotates it. */
    @Test
    void nothing_that_a_reader_sets_or_does_wrong_fills_the_log() throws Exception {
        Path log = directory.resolve("postgres.log");
        long before = Files.size(log);
        for (String setting : List.of(
                "debug_print_plan = on", "debug_print_parse = on", "debug_print_rewritten = on", "trace_sort = on")) {
            try (Connection session = reader();
                    Statement statement = session.createStatement()) {
                statement.execute("set " + setting);
                statement.execute("select count(*) from (select * from history.attempts order by job_name) a");
            }
        }
        try (Connection session = reader();
                Statement statement = session.createStatement()) {
            statement.execute("set exit_on_error = on");
            assertThatThrownBy(() -> statement.execute("select '%s'::int".formatted("A".repeat(1_000_000))))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> statement.execute("set log_min_messages = log"))
                    .isInstanceOf(SQLException.class);
        }

        assertThat(Files.size(log) - before).isLessThan(10_000);
    }

    private static Connection reader() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl("trainyard_reader"));
    }
}
