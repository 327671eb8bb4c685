package dev.trainyard.submitter.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.trainyard.core.event.Event;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.db.Database;
import dev.trainyard.db.HistorySql;
import dev.trainyard.db.JobStore;
import dev.trainyard.db.Migrations;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.Role;
import dev.trainyard.db.TestPostgres;
import dev.trainyard.db.WebhookUrl;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real HTTP server and a real Postgres. */
class WebhookSenderTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final WebhookSecret SECRET = WebhookSecret.from(Map.of(
                    WebhookSecret.VARIABLE, "whsec_" + Base64.getEncoder().encodeToString(KEY)))
            .orElseThrow();

    private final PostgresUrl postgres = TestPostgres.freshDatabase();
    private final Database worker = Database.connect(postgres, Role.WORKER, 1);
    private final Database server = Database.connect(postgres, Role.SERVER, 2);
    private final JobStore jobs = new JobStore(worker);
    private final HistorySql history = new HistorySql(postgres.withoutLogin());
    private final List<WebhookSender> senders = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private Receiver receiver;

    @BeforeEach
    void listen() throws IOException {
        receiver = new Receiver();
        webhook(receiver.url() + "trainyard");
    }

    @AfterEach
    void close() throws InterruptedException {
        for (WebhookSender sender : senders) {
            sender.close();
        }
        receiver.close();
        server.close();
        worker.close();
    }

    private void webhook(String url) {
        Migrations.set(TestPostgres.asSuperuser(postgres), Migrations.Settings.of(WebhookUrl.parse(url)));
    }

    /** @param pauses so many, each over at once */
    private WebhookSender sender(Duration answerWithin, int pauses) {
        WebhookSender sender = new WebhookSender(
                server,
                SECRET,
                URI.create("https://yard.example"),
                new WebhookSender.Patience(answerWithin, Collections.nCopies(pauses, Duration.ZERO)));
        senders.add(sender);
        return sender;
    }

    private JobId submit() {
        JobId job = new JobId(UUID.randomUUID());
        String json = """
                {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"mnist",
                 "image":{"reference":"busybox:latest"},"run":{"command":["true"]}}""".formatted(job);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        byte[] digest =
                HexFormat.of().parseHex(RequestCodec.message(bytes).digest().substring("sha256:".length()));
        jobs.accept(List.of(new JobStore.Incoming(
                job, new JobStore.Stated((Request.Submit) RequestCodec.decode(bytes)), json, digest)));
        return job;
    }

    private JobId cancelled() {
        JobId job = submit();
        jobs.cancel(job, null, JobStore.Kill.NEVER);
        return job;
    }

    private String waiting() {
        return history.query(
                        "select tries, last_error, given_up_at is not null from history.webhook_calls order by at, job_id")
                .rows()
                .toString();
    }

    private void awaitNothingWaiting() {
        await().atMost(SOON).until(() -> waiting().equals("[]"));
    }

    private static String signature(Receiver.Received call) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        return "v1,"
                + Base64.getEncoder()
                        .encodeToString(mac.doFinal(
                                (call.headers().get("id") + "." + call.headers().get("timestamp") + "." + call.body())
                                        .getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void the_hold_and_the_end_of_a_job_cause_signed_calls_with_the_event_as_their_body() throws Exception {
        sender(SOON, 0);
        JobId job = submit();
        jobs.hold(job, "wait");
        jobs.cancel(job, "ada", JobStore.Kill.NEVER);

        awaitNothingWaiting();

        assertThat(receiver.received())
                .extracting(call -> call.headers().get("id"))
                .containsExactlyInAnyOrder(job + "/3", job + "/5");
        for (Receiver.Received call : receiver.received()) {
            assertThat(call.path()).isEqualTo("/trainyard");
            assertThat(call.headers()).containsEntry("type", Event.CONTENT_TYPE);
            assertThat(call.headers().get("signature")).isEqualTo(signature(call));
            assertThat(Instant.ofEpochSecond(Long.parseLong(call.headers().get("timestamp"))))
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
            assertThat(call.body())
                    .startsWith("{\"specversion\":\"1.0\",\"id\":\"%s\""
                            .formatted(call.headers().get("id")))
                    .contains("\"jobName\":\"mnist\"", "\"text\":\"mnist: ")
                    .contains("\"log\":\"https://yard.example/api/v1/jobs/%s/log\"".formatted(job))
                    .doesNotContain("whsec");
        }
    }

    @Test
    void a_call_that_is_answered_with_500_is_made_again_under_the_same_id() {
        receiver.answers(call -> receiver.received().size() < 3 ? 500 : 204);
        sender(SOON, 5);
        JobId job = cancelled();

        awaitNothingWaiting();

        assertThat(receiver.received())
                .hasSize(3)
                .allSatisfy(call -> assertThat(call.headers()).containsEntry("id", job + "/4"));
        assertThat(receiver.received().stream().map(Receiver.Received::body).distinct())
                .hasSize(1);
    }

    @Test
    void a_call_that_is_not_answered_in_time_is_made_again_and_holds_up_no_other() {
        JobId silent = submit();
        receiver.answers(call -> call.headers().get("id").startsWith(silent.toString())
                        && receiver.received().stream()
                                        .filter(each -> each.body().equals(call.body()))
                                        .count()
                                == 1
                ? receiver.never()
                : 200);
        sender(Duration.ofMillis(500), 5);
        jobs.cancel(silent, null, JobStore.Kill.NEVER);
        await().atMost(SOON).until(() -> !receiver.received().isEmpty());
        JobId other = cancelled();

        awaitNothingWaiting();

        assertThat(receiver.received())
                .extracting(call -> call.headers().get("id"))
                .containsExactlyInAnyOrder(silent + "/4", silent + "/4", other + "/4");
    }

    @Test
    void a_call_that_is_never_accepted_is_given_up_and_visible() {
        receiver.answers(call -> 503);
        sender(SOON, 2);
        cancelled();

        await().atMost(SOON).until(() -> waiting().equals("[[3, answered with status 503, true]]"));

        assertThat(receiver.received()).hasSize(3);
    }

    @Test
    void a_redirect_is_not_followed() {
        receiver.answers(call -> 307);
        sender(SOON, 0);
        cancelled();

        await().atMost(SOON).until(() -> waiting().equals("[[1, answered with status 307, true]]"));

        assertThat(receiver.received())
                .singleElement()
                .satisfies(call -> assertThat(call.path()).isEqualTo("/trainyard"));
    }

    @Test
    void an_absent_receiver_is_called_again_and_waiting_calls_survive_a_restart_of_the_server() throws Exception {
        receiver.close();
        WebhookSender first = sender(SOON, 1000);
        JobId job = cancelled();
        await().atMost(SOON).until(() -> waiting().contains("no connection"));
        first.close();

        receiver = new Receiver();
        webhook(receiver.url());
        sender(SOON, 1000);

        awaitNothingWaiting();
        assertThat(receiver.received())
                .extracting(call -> call.headers().get("id"))
                .containsExactly(job + "/4");
    }

    @Test
    void two_servers_make_each_call_once() {
        sender(SOON, 0);
        sender(SOON, 0);
        List<String> ids = new ArrayList<>();
        for (int n = 0; n < 30; n++) {
            ids.add(cancelled() + "/4");
        }

        awaitNothingWaiting();

        assertThat(receiver.received())
                .extracting(call -> call.headers().get("id"))
                .containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void without_a_webhook_address_there_are_no_calls() {
        webhook("none");
        cancelled();
        sender(SOON, 0);

        webhook(receiver.url());
        JobId later = cancelled();

        await().atMost(SOON).until(() -> !receiver.received().isEmpty());
        awaitNothingWaiting();
        assertThat(receiver.received())
                .extracting(call -> call.headers().get("id"))
                .containsExactly(later + "/4");
    }
}
