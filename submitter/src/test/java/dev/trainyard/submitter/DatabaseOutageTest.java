package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.db.Migrations;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.submitter.Http.Answer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DataAccessException;

@Timeout(180)
class DatabaseOutageTest {

    private static EmbeddedPostgres postgres(Path data, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .start();
    }

    @Test
    void while_the_database_is_away_requests_are_refused_and_log_streams_stay_open() throws Exception {
        Path data = Files.createTempDirectory(Path.of("target"), "postgres-").toAbsolutePath();
        EmbeddedPostgres postgres = postgres(data, 0);
        int port = postgres.getPort();
        PostgresUrl url = PostgresUrl.parse("postgresql://localhost:%d/postgres".formatted(port));
        Migrations.migrate(PostgresUrl.parse("postgresql://postgres@localhost:%d/postgres".formatted(port)));
        String id = Requests.newId();
        String job = "/api/v1/jobs/" + id;
        try (Server server = Server.start(new ServerSettings(
                        TestKafka.shared().bootstrapServers(), url, null, "127.0.0.1", 0, null, null, null));
                Http http = new Http(server.uri());
                TestWorker worker = new TestWorker(url)) {
            worker.accept(Requests.named(id, "digits"));
            AttemptId attempt = worker.start();
            worker.log(attempt, "before\n");
            try (SseReader events = new SseReader(
                    http.open(http.request(job + "/log?follow=true")).body())) {
                assertThat(events.next("log").text()).isEqualTo("before\n");

                postgres.close();
                Answer refused = http.get(job);
                Answer health = http.get("/api/v1/health");
                postgres = postgres(data, port);
                // Its connections are those of the old server, as a worker's are: it tries again, as a worker does.
                await().ignoreExceptionsInstanceOf(DataAccessException.class)
                        .untilAsserted(() -> worker.log(attempt, "after\n"));

                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.text("detail")).startsWith("Postgres does not answer");
                assertThat(health.text("postgres")).startsWith("DOWN: ");
                assertThat(health.text("kafka")).isEqualTo("UP");
                assertThat(events.next("log").text()).isEqualTo("after\n");
            }
        } finally {
            postgres.close();
        }
    }

    @Test
    void while_the_database_takes_no_writes_operations_that_write_ask_for_a_retry() throws Exception {
        Path data = Files.createTempDirectory(Path.of("target"), "postgres-").toAbsolutePath();
        try (EmbeddedPostgres postgres = postgres(data, 0)) {
            PostgresUrl url = PostgresUrl.parse("postgresql://localhost:%d/postgres".formatted(postgres.getPort()));
            Migrations.migrate(
                    PostgresUrl.parse("postgresql://postgres@localhost:%d/postgres".formatted(postgres.getPort())));
            String id = Requests.newId();
            try (Server server = Server.start(new ServerSettings(
                            TestKafka.shared().bootstrapServers(), url, null, "127.0.0.1", 0, null, null, null));
                    Http http = new Http(server.uri());
                    TestWorker worker = new TestWorker(url);
                    Connection superuser = postgres.getPostgresDatabase().getConnection();
                    Statement settings = superuser.createStatement()) {
                worker.accept(Requests.named(id, "digits"));
                settings.execute("alter system set default_transaction_read_only = on");
                settings.execute("select pg_reload_conf()");

                await().untilAsserted(() -> assertThat(http.post("/api/v1/jobs/%s/cancel".formatted(id), "{}")
                                .status())
                        .isEqualTo(503));

                Answer refused = http.post("/api/v1/jobs/%s/cancel".formatted(id), "{}");
                assertThat(refused.text("detail"))
                        .contains("cannot do this now")
                        .contains("read-only");
                assertThat(http.get("/api/v1/jobs/" + id).status()).isEqualTo(200);
                assertThat(http.get("/api/v1/health").text("postgres"))
                        .startsWith("DOWN: ")
                        .endsWith("takes no writes");
            }
        }
    }
}
