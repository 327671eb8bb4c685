package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.plan.Planner;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.util.RawValue;

/** What somebody who may log in as a reader cannot do to others. */
class ReadersTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final Yard yard = new Yard();
    private final List<Connection> open = new ArrayList<>();

    @BeforeAll
    static void bound() {
        // What belongs to the database itself is not copied with a template.
        Migrations.migrate(TestPostgres.asSuperuser(new Yard().url));
    }

    @AfterEach
    void close() throws SQLException {
        for (Connection connection : open) {
            connection.close();
        }
        yard.close();
    }

    private Connection session(String user) throws SQLException {
        Connection connection = DriverManager.getConnection(yard.url.jdbc(), user, null);
        open.add(connection);
        return connection;
    }

    private static void execute(Connection connection, String statement) throws SQLException {
        try (Statement statements = connection.createStatement()) {
            statements.execute(statement);
        }
    }

    @Test
    void advisory_locks_hold_up_neither_the_intake_nor_the_planner_nor_anything_else() throws Exception {
        JobId job = ARequest.named("mnist").id();
        // As the superuser, for a Postgres on which advisory locks could not be kept from anybody.
        Connection holder = session("postgres");
        for (String key : List.of(
                "trainyard.planner",
                "trainyard.events",
                job.toString(),
                "job " + job,
                "draft bert",
                "trainyard.worker-name:gpu-1")) {
            execute(holder, "select pg_advisory_lock(hashtextextended('%s', 0))".formatted(key));
        }
        execute(holder, "select pg_advisory_lock(hashtext('trainyard.prune'))");
        execute(holder, "select pg_advisory_lock(hashtext('trainyard.ensure_partitions'))");

        yard.async(() -> {
                    yard.register(AWorker.named("gpu-1").gpus(1));
                    yard.jobs.cancel(job, null, JobStore.Kill.NEVER);
                    yard.jobs.accept(List.of(ARequest.named("mnist").incoming()));
                    yard.plans.keepHouse();
                    return null;
                })
                .get();
        assertThat(yard.plans.cycle(Planner::plan)).isPresent();
        try (Outbox.Publishing publisher = new Outbox(yard.database).publish().orElseThrow()) {
            assertThat(publisher.next(100)).isNotEmpty();
        }
        assertThat(yard.texts("""
                        select prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                        where n.nspname in ('trainyard', 'history') and prosrc like '%advisory%'""")).isEmpty();
    }

    @Test
    void the_names_of_the_channels_can_be_neither_guessed_nor_seen() throws Exception {
        String channel = yard.text("select channel::text from trainyard.installation");
        try (Notifications planner = Notifications.ofPlanner(yard.database)) {
            planner.await(Duration.ZERO);

            assertThat(yard.texts("select query from pg_stat_activity where query like 'listen %'"))
                    .anySatisfy(listen -> assertThat(listen).contains(channel));
            try (var rows = session("trainyard_reader")
                    .createStatement()
                    .executeQuery("select count(*) from pg_stat_activity where query like '%" + channel + "%'")) {
                rows.next();
                // Its own.
                assertThat(rows.getInt(1)).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select lo_create(0)",
                "select lo_from_bytea(0, '\\x00')",
                "create temporary table mine (i int)",
                "select 1 into temporary mine",
                "create table public.mine (i int)",
                "create table history.mine (i int)",
                "create view history.mine as select 1",
                "create function pg_temp.mine() returns int return 1",
                "do $$ begin raise log 'noise'; end $$",
                "select pg_logical_emit_message(false, 'x', repeat('x', 1000))",
                "select pg_notify('trainyard', '')",
                "select pg_export_snapshot()",
                "select pg_current_xact_id()",
                "select txid_current()",
                "select pg_advisory_lock(1)",
                "select pg_try_advisory_xact_lock_shared(1, 2)",
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()",
                "select pg_cancel_backend(1)",
                "set temp_file_limit = -1",
                "set log_min_messages = log",
                "alter role trainyard_reader reset log_min_messages",
                "alter role trainyard_reader reset temp_file_limit",
                "alter role trainyard_reader connection limit -1",
                "set role trainyard_server",
                "begin; lock table history.jobs in exclusive mode",
                "select * from history.jobs for update",
                "copy (select 1) to '/tmp/x'",
                "create database mine",
            })
    void a_reader_writes_nothing_and_holds_nothing_even_where_it_has_switched_reading_only_off(String statement)
            throws SQLException {
        for (String user : List.of("trainyard_reader", "trainyard_sql")) {
            Connection reader = session(user);
            execute(reader, "set default_transaction_read_only = off");
            assertThatThrownBy(() -> execute(reader, statement)).as(user).hasMessageContaining("permission denied");
        }
    }

    /** What is revoked in one database is free in another, and the table of locks is that of all. */
    @ParameterizedTest
    @ValueSource(strings = {"postgres", "template1"})
    void a_reader_gets_into_none_of_the_databases_that_every_server_has_and_others_still_do(String database)
            throws SQLException {
        yard.update("create role elsewhere login");
        try {
            yard.update("grant connect, temporary on database " + database + " to public");
            Migrations.migrate(TestPostgres.asSuperuser(yard.url));

            for (String user : List.of("trainyard_reader", "trainyard_sql")) {
                assertThatThrownBy(() -> DriverManager.getConnection(jdbc(database), user, null))
                        .as(user)
                        .hasMessageContaining("permission denied for database");
            }
            DriverManager.getConnection(jdbc(database), "elsewhere", null).close();
        } finally {
            yard.update("revoke all on database postgres, template1 from elsewhere");
            yard.update("drop role elsewhere");
        }
    }

    private String jdbc(String database) {
        return new PostgresUrl(yard.url.host(), yard.url.port(), database, null, null, "").jdbc();
    }

    @Test
    void a_database_whose_table_of_locks_is_full_is_said_not_to_answer() throws SQLException {
        yard.database.requireAnswer();
        Connection holder = session("postgres");
        assertThatThrownBy(() ->
                        execute(holder, "select count(pg_try_advisory_lock(i)) from generate_series(1, 1000000) i"))
                .hasMessageContaining("out of shared memory");

        try {
            assertThatThrownBy(yard.database::requireAnswer)
                    .isInstanceOf(DatabaseUnavailable.class)
                    .hasMessageContaining("out of shared memory");
        } finally {
            execute(holder, "select pg_advisory_unlock_all()");
        }
    }

    /** NOTIFY is nobody's to revoke, and a session that listens and stands still keeps the queue full. */
    @Test
    void readers_that_fill_the_notification_queue_do_not_stop_others() throws SQLException {
        yard.register(AWorker.named("gpu-1"));
        Connection listener = session("trainyard_reader");
        execute(listener, "listen mine");
        listener.setAutoCommit(false);
        execute(listener, "select 1");
        Connection flood = session("trainyard_sql");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        execute(flood, "notify mine, '%s'".formatted(i + "x".repeat(7_000)));
                    }
                })
                .hasMessageContaining("too many notifications");

        JobId job = yard.submit(ARequest.named("mnist"));
        yard.plan();

        assertThat(yard.state(job)).isEqualTo("RUNNING");
    }

    @Test
    void only_sessions_of_readers_that_run_too_long_are_ended_with_any_settings() throws Exception {
        Connection busy = session("trainyard_reader");
        execute(busy, "set statement_timeout = 0");
        var sleeping = yard.async(() -> {
            execute(busy, "select pg_sleep(3600)");
            return null;
        });
        Await.until(() -> !yard.texts(
                        "select query from pg_stat_activity where query = 'select pg_sleep(3600)' and state = 'active'")
                .isEmpty());
        assertThat(new HouseKeeping(yard.database).endLongReaders(LONG, Duration.ZERO, Duration.ZERO))
                .isZero();
        assertThat(new HouseKeeping(yard.database).endLongReaders(Duration.ZERO, LONG, LONG))
                .isOne();
        assertThatThrownBy(sleeping::get).hasMessageContaining("terminating connection");

        Connection standing = session("trainyard_sql");
        execute(standing, "set idle_in_transaction_session_timeout = 0");
        standing.setAutoCommit(false);
        execute(standing, "select count(*) from history.jobs");
        assertThat(new HouseKeeping(yard.database).endLongReaders(LONG, LONG, Duration.ZERO))
                .isZero();
        assertThat(new HouseKeeping(yard.database).endLongReaders(LONG, Duration.ZERO, LONG))
                .isOne();
        assertThatThrownBy(() -> execute(standing, "select 1")).isInstanceOf(SQLException.class);

        Connection idle = session("trainyard_reader");
        Connection server = session("trainyard_server");
        assertThat(new HouseKeeping(yard.database).endLongReaders(LONG, LONG, LONG))
                .isZero();
        assertThat(new HouseKeeping(yard.database).endLongReaders(LONG, LONG, Duration.ZERO))
                .isOne();
        assertThatThrownBy(() -> execute(idle, "select 1")).isInstanceOf(SQLException.class);
        execute(server, "select 1");
    }

    @Test
    void the_planner_ends_them_by_its_own_limits() {
        yard.update("alter function trainyard.end_long_readers(interval, interval, interval) rename to as_it_was");
        yard.update("create table trainyard.asked (busy interval, standing interval, idle interval)");
        yard.update("""
                create function trainyard.end_long_readers(busy interval, standing interval, idle interval) returns bigint
                    language sql security definer as $$ insert into trainyard.asked values (busy, standing, idle); select 0::bigint $$""");
        try {
            yard.plans.observe();

            assertThat(yard.texts("select busy || ' ' || standing || ' ' || idle from trainyard.asked"))
                    .containsExactly("00:01:00 00:00:30 00:10:00");
        } finally {
            yard.update("drop function trainyard.end_long_readers(interval, interval, interval)");
            yard.update("drop table trainyard.asked");
            yard.update("alter function trainyard.as_it_was(interval, interval, interval) rename to end_long_readers");
        }
    }

    @Test
    void a_login_of_a_persons_own_is_watched_if_the_owner_belongs_to_it() throws Exception {
        yard.update("create role ada login in role trainyard_reader role trainyard_owner");
        try {
            Connection ada = session("ada");
            execute(ada, "select count(*) from history.jobs");
            assertThat(new HouseKeeping(yard.database).endLongReaders(LONG, LONG, Duration.ZERO))
                    .isOne();
        } finally {
            yard.update("drop role ada");
        }
    }

    @Test
    void readers_that_use_up_all_their_connections_take_none_from_the_servers_queries() throws Exception {
        for (int i = 0; i < 20; i++) {
            session("trainyard_reader");
        }

        assertThatThrownBy(() -> session("trainyard_reader")).hasMessageContaining("too many connections for role");
        assertThat(new HistorySql(yard.url).query("select 1").rows()).hasSize(1);
    }

    @Test
    void a_query_that_removes_its_own_limit_is_still_ended() {
        HistorySql history = new HistorySql(yard.url, Duration.ofSeconds(1), Duration.ofSeconds(1));

        assertThatThrownBy(
                        () -> history.query(
                                "select set_config('statement_timeout', '0', false), pg_sleep(0.2) from generate_series(1, 10000)"))
                .isInstanceOf(HistorySql.QueryFailed.class)
                .hasMessageContaining("longer than 1 s");
    }

    @Test
    void queries_that_sleep_give_their_places_to_those_that_wait() throws Exception {
        HistorySql history = new HistorySql(yard.url, Duration.ofSeconds(60), Duration.ofSeconds(1));
        List<Future<HistorySql.Result>> sleeping = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                sleeping.add(threads.submit(() -> history.query("select pg_sleep(50)")));
            }
            Await.until(() -> sleeping() == 4);

            assertThat(history.query("select 1").rows()).hasSize(1);

            Await.until(() -> sleeping.stream().anyMatch(Future::isDone));
            assertThat(sleeping.stream().filter(Future::isDone).findFirst().orElseThrow())
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(HistorySql.QueryFailed.class)
                    .withMessageContaining("other queries were waiting");
            // Those that nobody waits for sleep on.
            yard.sql("select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(50)'")
                    .query(Boolean.class)
                    .list();
        }
    }

    private int sleeping() {
        return yard.sql(
                        "select count(*) from pg_stat_activity where query = 'select pg_sleep(50)' and state = 'active'")
                .query(Integer.class)
                .single();
    }

    @Test
    void numbers_keep_their_digits() {
        List<@Nullable Object> row = new HistorySql(yard.url)
                .query("select '{\"a\": 1.12345678901234567890}'::jsonb, 1.12345678901234567890, '1e400'::json")
                .rows()
                .getFirst();

        // JSON is passed on as Postgres writes it.
        assertThat(((RawValue) row.getFirst()).rawValue()).isEqualTo("{\"a\": 1.12345678901234567890}");
        assertThat(row.get(1)).isEqualTo(new BigDecimal("1.12345678901234567890"));
        assertThat(((RawValue) row.getLast()).rawValue()).isEqualTo("1e400");
    }

    @Test
    void every_view_is_there_for_the_servers_queries_too() {
        assertThat(yard.texts("""
                        select relname from pg_class
                        where relnamespace = 'history'::regnamespace and relkind = 'v' and not has_table_privilege('trainyard_sql', oid, 'select')""")).isEmpty();
    }

    @Test
    void every_migration_resets_settings_that_a_reader_made_for_its_role() throws SQLException {
        Connection reader = session("trainyard_reader");
        execute(reader, "set default_transaction_read_only = off");
        execute(reader, "alter role trainyard_reader set statement_timeout = '1ms'");
        // In one database it comes before the setting of the role, and a library that is not there keeps every reader
        // out.
        execute(
                reader,
                "alter role trainyard_reader in database %s set local_preload_libraries = 'none'"
                        .formatted(yard.text("select current_database()")));
        assertThatThrownBy(() -> session("trainyard_reader")).hasMessageContaining("plugins/none");

        Migrations.migrate(TestPostgres.asSuperuser(yard.url));

        try (var rows = session("trainyard_reader").createStatement().executeQuery("show statement_timeout")) {
            rows.next();
            assertThat(rows.getString(1)).isEqualTo("30s");
        }
    }
}
