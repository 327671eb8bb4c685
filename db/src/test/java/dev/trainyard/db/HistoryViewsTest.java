package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistoryViewsTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void values_of_variables_whose_names_look_secret_are_masked_and_the_others_shown() {
        yard.submit(ARequest.named("mnist")
                .environment(
                        Map.of("HF_TOKEN", "t0p", "aws_secret_access_key", "t0p", "Db_Password", "t0p", "EPOCHS", "3"))
                .image(new ImageSource.Build(
                        "sha256:" + "0a".repeat(32),
                        "Dockerfile",
                        Map.of("PIP_TOKEN", "t0p", "PYTHON", "3.12"),
                        null,
                        null)));

        String request = yard.text("select request::text from history.jobs");

        assertThat(request)
                .doesNotContain("t0p")
                .contains(
                        "\"HF_TOKEN\": \"***\"", "\"PIP_TOKEN\": \"***\"", "\"EPOCHS\": \"3\"", "\"PYTHON\": \"3.12\"");
    }

    @Test
    void a_request_without_variables_is_shown_as_it_is() {
        yard.submit(ARequest.named("mnist"));

        assertThat(yard.sql("""
                        select h.request = j.request from history.jobs h join trainyard.job j on j.id = h.job_id""").query(Boolean.class).single()).isTrue();
    }

    @Test
    void gpu_hours_are_the_sum_of_what_was_reserved_also_of_what_still_runs() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(3));
        JobId ended = yard.submit(ARequest.named("ended").team("vision").gpus(2));
        AttemptId attempt = yard.collecting(me, ended, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, ended));
        yard.update("update trainyard.reservation set reserved_at = released_at - interval '3 hours'");
        yard.running(me, yard.submit(ARequest.named("running").team("vision").gpus(1)));
        yard.update(
                "update trainyard.reservation set reserved_at = clock_timestamp() - interval '30 minutes' where released_at is null");

        assertThat(yard.sql("select sum(gpu_hours)::numeric from history.gpu_hours where team = 'vision'")
                        .query(BigDecimal.class)
                        .single())
                .isBetween(new BigDecimal("6.49"), new BigDecimal("6.70"));
    }

    @Test
    void a_gpu_shows_who_has_it_now() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.running(me, job);

        assertThat(yard.sql("select index, attempt_id, job_id from history.gpus order by index")
                        .query()
                        .listOfRows())
                .satisfiesExactly(
                        held -> assertThat(held)
                                .containsEntry("attempt_id", attempt.value())
                                .containsEntry("job_id", job.value()),
                        free -> assertThat(free).containsEntry("attempt_id", null));
        assertThat(yard.sql("select live_attempts from history.workers")
                        .query(Integer.class)
                        .single())
                .isOne();
    }

    @Test
    void an_attempt_keeps_the_names_of_its_devices_after_they_were_released() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId job = yard.submit(ARequest.named("mnist").gpus(1));
        AttemptId attempt = yard.collecting(me, job, Yard.EXIT_0);
        yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job));

        assertThat(yard.text("select array_to_string(devices, ',') from history.attempts"))
                .isEqualTo("gpu-1-gpu-0");
    }

    @Test
    void the_queue_is_numbered_as_the_planner_reads_it() {
        yard.submit(ARequest.named("second"));
        yard.submit(ARequest.named("third"));
        yard.submit(ARequest.named("first").priority(900));

        assertThat(yard.texts("select name from history.queue order by place"))
                .containsExactly("first", "second", "third");
    }
}
