package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.JobStore.Cancellation;
import dev.trainyard.db.JobStore.Change;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a worker may do is what all other tests do. */
class RolesTest {

    private static final LogStore.Wanted EVERYTHING = new LogStore.Wanted(true, null);

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void the_server_cancels_holds_releases_and_moves_jobs_in_every_state() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId running = yard.submit(ARequest.named("running"));
        yard.running(me, running);
        JobId queued = yard.submit(ARequest.named("queued"));

        try (Database server = Database.connect(yard.url, Role.SERVER, 2)) {
            JobStore jobs = new JobStore(server);
            assertThat(jobs.prioritise(queued, 900)).isEqualTo(Change.DONE);
            assertThat(jobs.hold(queued, "wait")).isEqualTo(Change.DONE);
            assertThat(jobs.release(queued)).isEqualTo(Change.DONE);
            assertThat(jobs.hold(running, "wait")).isEqualTo(Change.REMEMBERED);
            assertThat(jobs.cancel(queued, "ada", JobStore.Kill.NEVER)).isEqualTo(Cancellation.CANCELLED);
            assertThat(jobs.cancel(running, "ada", JobStore.Kill.NEVER)).isEqualTo(Cancellation.STOPPING);
            assertThat(jobs.cancel(ARequest.named("unknown").id(), "ada", JobStore.Kill.NEVER))
                    .isEqualTo(Cancellation.REMEMBERED);
        }
    }

    @Test
    void the_server_reads_jobs_attempts_logs_and_views() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        new LogStore(yard.database).append(attempt, LogStore.Source.CONTAINER, "epoch 1\n", null);

        try (Database server = Database.connect(yard.url, Role.SERVER, 2)) {
            assertThat(new AttemptStore(server).find(attempt)).isPresent();
            assertThat(new LogStore(server).after(attempt, 0, EVERYTHING, 10)).hasSize(1);
            assertThat(server.sql()
                            .sql("select count(*) from history.attempts")
                            .query(Integer.class)
                            .single())
                    .isOne();
        }
    }

    @Test
    void a_process_of_another_role_cannot_be_the_worker() {
        try (Database server = Database.connect(yard.url, Role.SERVER, 2)) {
            assertThatThrownBy(() -> new WorkerStore(server)
                            .register(AWorker.named("gpu-1").registration(), (pid, at) -> false))
                    .rootCause()
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> new JobStore(server)
                            .accept(List.of(ARequest.named("mnist").incoming())))
                    .rootCause()
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void no_worker_grants_itself_a_folder_of_its_host() {
        InPlaceGrants.Grant grant = new InPlaceGrants.Grant(new WorkerId(UUID.randomUUID()), List.of("/home/ann/data"));

        assertThatThrownBy(() -> new InPlaceGrants(yard.database)
                        .give(ARequest.named("mnist").id(), "sha256:" + "0".repeat(64), grant, "ann"))
                .rootCause()
                .hasMessageContaining("permission denied");
    }

    @Test
    void no_worker_claims_an_account() {
        assertThatThrownBy(() -> new Submissions(yard.database)
                        .record(ARequest.named("mnist").id(), "sha256:" + "0".repeat(64), "ann"))
                .rootCause()
                .hasMessageContaining("permission denied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SERVER", "WORKER"})
    void history_is_written_once(Role role) {
        try (Database database = Database.connect(yard.url, role, 1)) {
            for (String statement : List.of(
                    "delete from trainyard.job",
                    "delete from trainyard.attempt",
                    "delete from trainyard.reservation",
                    "update trainyard.job_event set type = 'other'",
                    "delete from trainyard.job_event",
                    "truncate trainyard.log_chunk",
                    "update trainyard.rejected_request set reason = ''",
                    "create table trainyard.mine ()",
                    "drop view history.jobs",
                    "select trainyard.masked('{}')::text from migrations.schema_version; delete from migrations.schema_version")) {
                assertThatThrownBy(() -> database.sql().sql(statement).update())
                        .as(statement)
                        .rootCause()
                        .hasMessageMatching("(?s).*(permission denied|must be owner).*");
            }
        }
    }

    @Test
    void the_reader_reads_every_view() {
        List<String> views = yard.texts("select viewname from pg_views where schemaname = 'history'");
        assertThat(views).hasSizeGreaterThanOrEqualTo(12);

        try (Database reader = Database.connect(yard.url, Role.READER, 1)) {
            for (String view : views) {
                assertThatCode(() -> reader.sql()
                                .sql("select * from history." + view + " limit 1")
                                .query()
                                .listOfRows())
                        .as(view)
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void the_reader_reads_and_writes_nothing_else() {
        try (Database reader = Database.connect(yard.url, Role.READER, 1)) {
            JdbcClient sql = reader.sql();
            for (String statement : List.of(
                    "select * from trainyard.job",
                    "select * from trainyard.blob_chunk",
                    "select trainyard.ensure_partitions()",
                    "select * from batch.batch_job_execution",
                    "select * from migrations.schema_version")) {
                assertThatThrownBy(() -> sql.sql(statement).query().listOfRows())
                        .as(statement)
                        .rootCause()
                        .hasMessageContaining("permission denied");
            }
            for (String statement : List.of(
                    "delete from history.rejected",
                    "update history.rejected set topic = ''",
                    "create table history.mine ()",
                    "create table public.mine ()",
                    "create temporary table mine ()")) {
                assertThatThrownBy(() -> sql.sql(statement).update())
                        .as(statement)
                        .rootCause()
                        .hasMessageMatching("(?s).*(permission denied|read-only transaction).*");
            }
        }
    }

    @Test
    void the_readers_statements_end_after_30_seconds() {
        try (Database reader = Database.connect(yard.url, Role.READER, 1)) {
            assertThat(reader.sql()
                            .sql("show statement_timeout")
                            .query(String.class)
                            .single())
                    .isEqualTo("30s");
        }
    }

    @Test
    void no_role_but_the_owner_may_make_objects_that_others_run_into() {
        assertThat(yard.texts("""
                        select r || ' ' || s from unnest(array['trainyard_server', 'trainyard_worker', 'trainyard_reader']) r,
                                                  unnest(array['trainyard', 'history', 'batch', 'migrations', 'public']) s
                        where has_schema_privilege(r, s, 'create')""")).isEmpty();
        assertThat(yard.sql("""
                        select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                        where p.prosecdef and n.nspname in ('trainyard', 'history')
                          and not exists (select from unnest(p.proconfig) c where c like 'search_path=%')""").query(String.class).list())
                .as("security definer functions with the caller's search path")
                .isEmpty();
    }
}
