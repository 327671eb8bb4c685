package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two hosts with two policies: what one refuses, the other may do. The strict one has more room, so that it is asked first. */
class TwoPoliciesTest {

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.start(TwoPoliciesTest.class);
        ProductProcess strict = installation.startWorker("strict", "slots:4", "mounts: {}");
        ProductProcess open = installation.startWorker(
                "open", "slots:1", "mounts: {%s: read-only}".formatted(installation.folder("")));
        Installation.awaitReady(strict);
        Installation.awaitReady(open);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @Test
    void a_job_that_one_host_refuses_runs_on_one_that_allows_it() {
        UUID job = submit("true", installation.folder("data").toString());

        installation.awaitJob(job, "SUCCEEDED");

        assertThat(attempts(job)).isEqualTo("strict POLICY_DENIED, open COMPLETED");
    }

    @Test
    void while_the_host_that_allows_it_is_full_the_job_waits_for_that_and_says_so() {
        Gate gate = new Gate(installation.folder("gate"));
        UUID running = submit(
                "while [ ! -e /data/open ]; do sleep 0.05; done", gate.folder().toString());
        installation.awaitJob(running, "RUNNING");
        await().atMost(ProductProcess.PATIENCE).until(() -> attempts(running).endsWith("open -"));

        UUID waiting = submit("true", installation.folder("data").toString());
        await().atMost(ProductProcess.PATIENCE)
                .until(() -> text(
                                "select string_agg(waiting_because, '') from history.jobs where job_id = :job", waiting)
                        .matches("waiting for open: .*; strict: has refused it"));
        assertThat(attempts(waiting)).isEqualTo("strict POLICY_DENIED");

        gate.open();
        installation.awaitJob(waiting, "SUCCEEDED");
        assertThat(attempts(waiting)).isEqualTo("strict POLICY_DENIED, open COMPLETED");
    }

    @Test
    void a_job_that_every_host_refuses_ends_with_the_message_of_each() {
        UUID job = submit("true", "/etc");

        installation.awaitJob(job, "FAILED");

        assertThat(attempts(job)).isEqualTo("strict POLICY_DENIED, open POLICY_DENIED");
        assertThat(text(
                        "select string_agg(detail, ' ' order by number) from history.attempts where job_id = :job",
                        job))
                .contains("'/etc' may not be mounted", "strict-policy.yml", "open-policy.yml");
    }

    private static UUID submit(String command, String source) {
        UUID job = UUID.randomUUID();
        installation.publish(job, """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "mounting",
                 "image": {"reference": "busybox:latest"},
                 "run": {"command": ["sh", "-c", "%s"], "mounts": [{"source": "%s", "target": "/data", "readOnly": true}]},
                 "gpus": {"count": 1},
                 "retry": {"maxAttempts": 1}}""".formatted(job, command, source));
        return job;
    }

    /** Each attempt's worker and cause. */
    private static String attempts(UUID job) {
        return text(
                "select string_agg(worker || ' ' || coalesce(cause, '-'), ', ' order by number) from history.attempts where job_id = :job",
                job);
    }

    /** What an aggregate says of the job. It is empty before the job was taken in, as its record may still be on its way. */
    private static String text(String aggregate, UUID job) {
        return installation
                .sql()
                .sql(aggregate)
                .param("job", job)
                .query(String.class)
                .optional()
                .orElse("");
    }
}
