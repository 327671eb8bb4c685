package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one job costs, so that it does not grow by accident: how often its request is decoded, and which statements name it. */
class CostOfAJobTest {

    /** Each statement that has the id of the job or of its attempt among its parameters. Lower it when it becomes less. */
    private static final int STATEMENTS = 65;

    private static final List<String> OF_THE_TEST =
            List.of("history.", "select c.text from trainyard.log_chunk", "select id::text from trainyard.attempt");

    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static Yard yard;

    @BeforeAll
    static void start() {
        yard = new Yard(directory, "slots:1");
    }

    @AfterAll
    static void stop() {
        yard.close();
    }

    @Test
    void a_request_is_decoded_once_at_intake_and_once_by_the_worker_that_runs_it() throws IOException {
        yard.awaitJob(yard.submit("true", ""), "SUCCEEDED");
        Path recorded = directory.resolve("decoded.jfr");

        try (Recording recording = new Recording()) {
            recording.enable("dev.trainyard.RequestDecoded");
            recording.start();
            yard.awaitJob(yard.submit("true", ""), "SUCCEEDED");
            recording.dump(recorded);
        }

        assertThat(RecordingFile.readAllEvents(recorded))
                .extracting(event -> event.getEventType().getName())
                .filteredOn("dev.trainyard.RequestDecoded"::equals)
                .hasSize(2);
    }

    @Test
    void a_job_costs_no_more_statements_than_today() throws Exception {
        yard.awaitJob(yard.submit("true", ""), "SUCCEEDED");
        inside("alter system set log_statement = 'all'", "select pg_reload_conf()");
        await().atMost(Yard.SOON).until(() -> {
            yard.selectInside("select 'is it logged'");
            return Files.readString(log()).contains("is it logged");
        });

        UUID job = yard.submit("true", "");
        yard.awaitJob(job, "SUCCEEDED");
        Object attempt = yard.selectInside("select id::text from trainyard.attempt where job_id = ?", job)
                .getFirst()
                .get("id");
        inside("alter system reset log_statement", "select pg_reload_conf()");

        List<String> statements = naming(job.toString(), attempt.toString());
        assertThat(statements).as(String.join("\n", statements)).hasSizeBetween(10, STATEMENTS);
    }

    private static Path log() {
        return directory.resolve("state/postgres/postgres.log");
    }

    private static void inside(String... statements) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:%d/trainyard"
                .formatted(yard.standalone().readerUrl().port());
        try (Connection connection = DriverManager.getConnection(
                        url, "postgres", yard.standalone().login("postgres").password());
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    /** The first line of each statement of the log whose parameters hold one of the ids; those of the test itself aside. */
    private static List<String> naming(String... ids) throws IOException {
        List<String> found = new ArrayList<>();
        String statement = "";
        for (String line : Files.readAllLines(log())) {
            int at = line.indexOf("LOG:  execute ");
            if (at >= 0) {
                statement = line.substring(at);
            } else if (line.contains("DETAIL:  ") && List.of(ids).stream().anyMatch(line::contains)) {
                found.add(statement);
            }
        }
        found.removeIf(each -> OF_THE_TEST.stream().anyMatch(each::contains));
        return found;
    }
}
