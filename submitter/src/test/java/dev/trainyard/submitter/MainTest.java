package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.TestPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(args);
    }

    @Test
    void migrate_creates_the_schema_and_repeating_it_changes_nothing() {
        PostgresUrl admin = TestPostgres.asSuperuser(TestPostgres.emptyDatabase());

        assertThat(run("migrate", "--postgres", admin.toString())).isZero();
        assertThat(out.toString()).containsPattern("\\d migrations applied");
        assertThat(run("migrate", "--postgres", admin.toString())).isZero();
        assertThat(out.toString()).contains("is up to date");
    }

    @Test
    void each_kind_of_failure_has_its_exit_code_and_one_paragraph() {
        String postgres = TestPostgres.freshDatabase().toString();

        assertThat(run("server", "--kafka", "127.0.0.1:1", "--postgres", postgres))
                .isEqualTo(69);
        assertThat(err.toString())
                .startsWith("trainyard: Kafka at 127.0.0.1:1")
                .doesNotContain("\tat ")
                .hasLineCount(1);
        assertThat(run("server", "--kafka", "127.0.0.1:1", "--postgres", "postgresql://127.0.0.1:1/none"))
                .isEqualTo(69);
        assertThat(run("server", "--listen", "8700")).isEqualTo(64);
        assertThat(run("server", "--kafka", "nonsense", "--postgres", postgres)).isEqualTo(64);
        assertThat(err.toString()).contains("write ADDRESS:PORT", "--kafka: \"nonsense\" is not a Kafka address");
        assertThat(run()).isEqualTo(64);
    }

    @Test
    void a_password_in_a_wrong_url_is_not_repeated() {
        assertThat(run("migrate", "--postgres", "mysql://ann:s3cret@db/trainyard"))
                .isEqualTo(64);

        assertThat(err.toString()).contains("postgresql://").doesNotContain("s3cret");
    }

    @Test
    void a_webhook_is_set_and_a_wrong_one_is_not_repeated() {
        PostgresUrl admin = TestPostgres.asSuperuser(TestPostgres.freshDatabase());

        assertThat(run("migrate", "--postgres", admin.toString(), "--webhook", "https://hooks.example/trainyard"))
                .isZero();
        assertThat(run("migrate", "--postgres", admin.toString(), "--webhook", "https://ann:s3cret@hooks.example/"))
                .isEqualTo(64);
        assertThat(err.toString())
                .contains("--webhook", "leave out user and password")
                .doesNotContain("s3cret");
    }

    @Test
    void help_shows_examples_and_exit_codes() {
        assertThat(run("server", "--help")).isZero();

        assertThat(out.toString()).contains("Examples:", "Exit codes:", "TRAINYARD_KAFKA", "127.0.0.1:8700");
    }
}
