package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.event.Event;
import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.JobId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookCallsTest {

    private static final String URL = "https://hooks.example/trainyard";
    private static final Duration WITHIN = Duration.ofMinutes(1);

    private final Yard yard = new Yard();
    private final Database server = Database.connect(yard.url, Role.SERVER, 2);
    private final WebhookCalls calls = new WebhookCalls(server);

    @AfterEach
    void close() {
        server.close();
        yard.close();
    }

    private void webhook(String url) {
        Migrations.set(TestPostgres.asSuperuser(yard.url), Migrations.Settings.of(WebhookUrl.parse(url)));
    }

    private WebhookCalls.Call cancelledAndTaken() {
        yard.jobs.cancel(yard.submit(ARequest.named("mnist")), null, JobStore.Kill.NEVER);
        return calls.take(10, WITHIN).getFirst();
    }

    private void due() {
        yard.update("update trainyard.webhook_call set next_try_at = clock_timestamp()");
    }

    private String shown() {
        return yard.text(
                "select concat_ws(' ', job_name, type, tries, last_error, next_try_at is not null, given_up_at is not null) from history.webhook_calls");
    }

    @Test
    void a_call_contains_the_state_at_the_time_of_the_event_for_a_message_to_people() {
        webhook(URL);
        JobId job = yard.submit(ARequest.named("mnist").team("vision").by("ada"));
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        AttemptId attempt = yard.collecting(
                me, job, new AttemptStore.Exit(3, false, null, AWorker.PROCESS_STARTED, false, null, null, null));
        yard.attempts.ended(me, attempt, yard.end(Cause.PROGRAM_ERROR, job));

        String details = calls.take(10, WITHIN).getFirst().event().details();

        assertThat(details)
                .contains(
                        "\"state\": \"FAILED\"",
                        "\"cause\": \"PROGRAM_ERROR\"",
                        "\"exitCode\": 3",
                        "\"team\": \"vision\"")
                .contains(
                        "\"submittedBy\": \"ada\"",
                        "\"worker\": \"gpu-1\"",
                        "\"attempts\": 1",
                        "\"runSeconds\": 0",
                        "\"outputs\": ");
    }

    @Test
    void without_an_address_there_are_no_calls() {
        yard.jobs.cancel(yard.submit(ARequest.named("mnist")), null, JobStore.Kill.NEVER);

        assertThat(calls.url()).isEmpty();
        assertThat(yard.texts("select type from trainyard.webhook_call")).isEmpty();
        webhook(URL);
        assertThat(calls.url()).contains(URL);
        assertThat(calls.take(10, WITHIN)).isEmpty();
    }

    @Test
    void the_webhook_is_called_only_for_the_end_and_the_hold_of_a_job() {
        webhook(URL);
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId job = yard.submit(ARequest.named("mnist"));
        yard.jobs.hold(job, "wait");
        yard.jobs.release(job);
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));

        List<WebhookCalls.Call> taken = calls.take(10, WITHIN);

        assertThat(taken)
                .extracting(call -> call.event().type(), WebhookCalls.Call::tries, WebhookCalls.Call::url)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("job.held", 1, URL),
                        org.assertj.core.groups.Tuple.tuple("job.ended", 1, URL));
        assertThat(taken.getFirst().event().subject()).isEqualTo(new Event.OfJob(job, "mnist", 3, null, null));
        assertThat(taken.getFirst().event().details()).contains("wait");
    }

    @Test
    void a_call_that_was_taken_by_one_server_is_not_taken_by_another_until_its_time_is_over() {
        webhook(URL);
        WebhookCalls.Call first = cancelledAndTaken();

        assertThat(calls.take(10, WITHIN)).isEmpty();
        due();
        assertThat(calls.take(10, WITHIN))
                .singleElement()
                .satisfies(again -> assertThat(again.tries()).isEqualTo(2));
        calls.failed(first, "a late word", null);
        assertThat(shown()).isEqualTo("mnist job.ended 2 t f");
    }

    @Test
    void a_call_that_is_delivered_is_gone() {
        webhook(URL);
        calls.delivered(cancelledAndTaken());

        assertThat(yard.texts("select type from trainyard.webhook_call")).isEmpty();
    }

    @Test
    void a_call_that_failed_comes_again_until_it_is_given_up_which_everybody_sees() {
        webhook(URL);
        calls.failed(cancelledAndTaken(), "status 500", Duration.ZERO);
        assertThat(shown()).isEqualTo("mnist job.ended 1 status 500 t f");

        WebhookCalls.Call second = calls.take(10, WITHIN).getFirst();
        calls.failed(second, "status 502", Duration.ofHours(1));
        assertThat(calls.take(10, WITHIN)).isEmpty();

        due();
        calls.failed(calls.take(10, WITHIN).getFirst(), "status 503", null);
        assertThat(shown()).isEqualTo("mnist job.ended 3 status 503 f t");
        due();
        assertThat(calls.take(10, WITHIN)).isEmpty();

        calls.forgetOld();
        assertThat(shown()).contains("status 503");
        yard.update("update trainyard.webhook_call set given_up_at = given_up_at - interval '31 days'");
        calls.forgetOld();
        assertThat(yard.texts("select type from trainyard.webhook_call")).isEmpty();
    }

    @Test
    void removing_the_address_drops_waiting_calls() {
        webhook(URL);
        cancelledAndTaken();

        webhook("none");

        assertThat(calls.url()).isEmpty();
        assertThat(shown()).isEqualTo("mnist job.ended 1 the webhook was switched off f t");
    }

    @Test
    void missing_settings_leave_the_webhook_unchanged() {
        webhook(URL);

        Migrations.set(TestPostgres.asSuperuser(yard.url), Migrations.Settings.of(null));

        assertThat(calls.url()).contains(URL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "hooks.example", "ftp://hooks.example/", "https:///path", "http://a b/", "file:///etc/passwd"
            })
    void a_text_that_is_not_a_usable_url_is_refused(String url) {
        assertThatThrownBy(() -> WebhookUrl.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https://HOST/PATH, or none");
    }

    @Test
    void an_address_with_a_password_is_refused_and_a_wrong_one_is_not_repeated() {
        assertThatThrownBy(() -> WebhookUrl.parse("https://ann:s3cret@hooks.example/"))
                .hasMessageContaining("leave out user and password")
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> WebhookUrl.parse("https://hooks.example/#there"))
                .hasMessageContaining("'#'");
    }
}
