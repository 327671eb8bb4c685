package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.trainyard.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who sees the values of a job's variables: the account that sent it over the server's socket, and root. */
class OwnValuesTest {

    private static final String SECRET = "s3cr3t-value";

    @TempDir
    private static Path directory;

    private static Yard yard;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "calls the server as other accounts");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        yard = new Yard(directory, "slots:1");
    }

    @AfterAll
    static void stop() {
        if (yard != null) {
            yard.close();
        }
    }

    @Test
    void the_account_that_submitted_a_job_over_the_socket_sees_its_values_and_no_other_account_does() throws Exception {
        UUID job = UUID.randomUUID();
        assertThat(overSocketAs("daemon", "/jobs", message(job, SECRET))).contains("PUBLISHED");
        awaitAccepted(job);
        String request = "/jobs/" + job + "/request";

        assertThat(overSocketAs("daemon", request, null)).contains(SECRET, "\"account\":\"daemon\"");
        assertThat(overSocketAs("games", request, null))
                .contains("\"TOKEN\":null", "\"masked\":true")
                .doesNotContain(SECRET);
        assertThat(curl(List.of(), List.of(yard.standalone().rest() + "/api/v1" + request)))
                .contains("\"TOKEN\":null", "\"masked\":true")
                .doesNotContain(SECRET);
        assertThat(yard.value("select request::text from history.jobs where job_id = ?", job))
                .asString()
                .doesNotContain(SECRET);
        assertThat(trainyard("show", job.toString()))
                .contains("variables  TOKEN=" + SECRET, "values     hidden from everyone except daemon and root");
        yard.cancel(job);
    }

    @Test
    void a_request_that_another_published_under_the_same_id_is_not_the_callers() throws Exception {
        UUID job = UUID.randomUUID();
        yard.publish(job, message(job, SECRET));
        awaitAccepted(job);

        // Also the same request again: the job was accepted before.
        assertThat(overSocketAs("daemon", "/jobs", message(job, "guessed"))).contains("\"status\":409");
        assertThat(overSocketAs("daemon", "/jobs", message(job, SECRET))).contains("PUBLISHED");

        assertThat(overSocketAs("daemon", "/jobs/" + job + "/request", null))
                .contains("\"account\":null", "\"masked\":true")
                .doesNotContain(SECRET);
        yard.cancel(job);
    }

    @Test
    void the_client_submits_over_the_socket_so_that_the_job_belongs_to_its_account() throws Exception {
        String job = trainyard("run", "-d", "-e", "TOKEN=" + SECRET, "busybox:latest", "true")
                .strip();
        awaitAccepted(UUID.fromString(job));

        assertThat(trainyard("show", job))
                .contains("variables  TOKEN=" + SECRET, "values     hidden from everyone except root");
        assertThat(trainyard("show", job, "--json")).contains("\"TOKEN\":\"" + SECRET + "\"", "\"account\":\"root\"");
    }

    private static String message(UUID job, String value) {
        return """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"own","notBefore":"%s",
                 "image":{"reference":"busybox:latest"},
                 "run":{"command":["true"],"environment":{"TOKEN":"%s"}}}""".formatted(job, Instant.parse("2099-01-01T00:00:00Z"), value);
    }

    private static void awaitAccepted(UUID job) {
        await().atMost(Yard.SOON)
                .untilAsserted(() -> assertThat(yard.jobState(job)).isNotNull());
    }

    private static String trainyard(String... command) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        Main.run(
                List.of(command),
                out,
                out,
                Map.of("TRAINYARD_SERVER", yard.standalone().rest().toString(), "HOME", directory.toString()));
        return said.toString(StandardCharsets.UTF_8);
    }

    /** As an account that may use the container engine. */
    private static String overSocketAs(String account, String path, String json) throws Exception {
        Path socket = directory.resolve("state/trainyard.sock");
        List<String> options = new ArrayList<>(List.of("--unix-socket", socket.toString()));
        if (json != null) {
            options.addAll(List.of("-H", "Content-Type: application/json", "-d", json));
        }
        options.add("http://localhost/api/v1" + path);
        return curl(
                List.of(
                        "setpriv",
                        "--reuid=" + account,
                        "--regid=" + Files.getAttribute(socket, "unix:gid"),
                        "--clear-groups"),
                options);
    }

    private static String curl(List<String> before, List<String> options) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of("curl", "-sS"));
        command.addAll(options);
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor()).as(said).isZero();
        return said;
    }
}
