package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.training.ImageSource;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
    void values_of_variables_are_shown_if_the_request_declares_them_public_and_no_others() {
        yard.submit(ARequest.named("mnist")
                .environment(Map.of(
                        "DB_PASS", "t0p", "DATABASE_URL", "postgres://u:t0p@h/d", "MAX_TOKENS", "8192", "SEED", "7"))
                .publicVariables("MAX_TOKENS", "PYTHON", "ABSENT")
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
                        "\"DB_PASS\": null",
                        "\"DATABASE_URL\": null",
                        "\"SEED\": null",
                        "\"PIP_TOKEN\": null",
                        "\"MAX_TOKENS\": \"8192\"",
                        "\"PYTHON\": \"3.12\"",
                        "\"masked\": true");
    }

    @Test
    void a_request_that_was_read_from_the_history_cannot_be_published_again_as_it_is() {
        yard.submit(ARequest.named("mnist").environment(Map.of("WANDB_TOKEN", "t0p")));
        yard.submit(ARequest.named("bert").command("train", "--db", "postgres://u:t0p@h/d"));

        for (String request : yard.texts("select request::text from history.jobs")) {
            assertThatThrownBy(() -> RequestCodec.decode(request.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("$.masked")
                    .hasMessageContaining("was read from the history, which does not show all of it");
        }
    }

    @Test
    void no_part_of_a_request_that_was_read_from_the_history_is_a_value() {
        yard.submit(ARequest.named("bert")
                .command("train", "--db", "postgres://u:t0p@h/d")
                .labels(Map.of("origin", "https://t0p@git/x", "https://t0p@git/y", "x"))
                .environment(Map.of("WANDB_TOKEN", "t0p", "DB", "postgres://u:t0p@h/d", "SEED", "7"))
                .publicVariables("DB"));
        yard.submit(ARequest.named("gpt").command("train"));

        String again = """
                select (p.request - 'masked' || '{"jobId": "01a20e34-5b3b-7c0e-9f00-000000000001"}')::text
                from (select jsonb_build_object('schema', 'trainyard.request/v1', 'kind', 'submit', 'name', 'again',
                                                'image', j.request -> 'image') || jsonb_build_object('%1$s', j.request %2$s) as request
                      from history.jobs j where j.name = '%3$s') p""";
        Map<String, String> parts = Map.of(
                "run", "-> 'run' #- '{environment,WANDB_TOKEN}' #- '{environment,SEED}'",
                "labels", "-> 'labels'");
        parts.forEach((field, part) -> {
            assertThatThrownBy(() -> RequestCodec.decode(
                            yard.text(again.formatted(field, part, "bert")).getBytes(StandardCharsets.UTF_8)))
                    .as(field)
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContaining("$." + field)
                    .hasMessageContaining("hidden");
        });
        assertThat(RequestCodec.decode(
                        yard.text(again.formatted("run", "-> 'run'", "gpt")).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Request.Submit.class);
    }

    @Test
    void addresses_are_shown_without_user_and_password_everywhere() throws Exception {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId job = yard.submit(ARequest.named("mnist")
                .command(
                        "train",
                        "--db=postgres://u:t0p@h/d",
                        "a://u:t0p@x b://t0p@y",
                        "postgres://u:t0p\"\\t0p@t0p@h/d",
                        "postgres://u:p/ss-t0p@h/d",
                        "postgres://u:p ss-t0p@h/d",
                        "--url=https://u:\nt0p@h",
                        "https:\\/\\/u:t0p@h",
                        "//u:t0p@h")
                .labels(Map.of("origin", "https://t0p@git/x", "mirror", "http://u:p/t0p@h", "http://u:t0p@name", "x")));
        AttemptId attempt = yard.prepared(me, job);
        yard.attempts.imaged(me, attempt, "sha256:1111");
        yard.attempts.created(me, attempt, "c0ffee", "ty-1");
        yard.attempts.started(me, attempt, Yard.ENGINE_STARTED, List.of("train", "--db=postgres://u:p /t0p@h/d"));
        yard.attempts.exited(me, attempt, Yard.EXIT_1);
        yard.attempts.ended(
                me,
                attempt,
                new AttemptStore.End(
                        Cause.PROGRAM_ERROR,
                        "no route to http://u:p/t0p@proxy/ for //u:t0p@h of ada@h",
                        true,
                        _ -> new Retry.Hold("see https:\\/\\/u:t0p@wiki/")));
        yard.jobs.reject("t", 0, 1, job, "bad: ftp://u:t0p@h/", new byte[0]);

        for (String view : yard.texts("select viewname::text from pg_views where schemaname = 'history'")) {
            assertThat(String.join("\n", yard.texts("select v::text from history." + view + " v")))
                    .as(view)
                    .doesNotContain("t0p");
        }
        assertThat(yard.texts("select data::text from trainyard.outbox")).noneMatch(data -> data.contains("t0p"));
        assertThat(yard.text("select argv::text from history.attempts"))
                .isEqualTo("[\"train\", \"--db=postgres://***@h/d\"]");
        assertThat(yard.text("select request #>> '{run,command,2}' from history.jobs"))
                .isEqualTo("a://***@y");
        assertThat(yard.text("select detail from history.attempts"))
                .isEqualTo("no route to http://***@proxy/ for //***@h of ada@h");
    }

    /** Oracle's own form: the login is before the at sign, without slashes before it. */
    @Test
    void an_address_of_oracle_loses_its_login_too() {
        for (String text :
                List.of("jdbc:oracle:thin:scott/ti@ger@//db:1521/X", "--url=jdbc:oracle:oci:scott/t@db:1521:X")) {
            String shown = text.replaceFirst("scott.*@", "***@");

            assertThat(withoutLogins(text)).as(text).containsExactly(shown, shown);
            assertThat(withoutLogins("no route to " + text)).contains("no route to " + shown);
        }
        assertThat(withoutLogins("jdbc:oracle:thin:@//db:1521/X")).containsOnly("jdbc:oracle:thin:@//db:1521/X");
        String many = "jdbc:oracle:thin:".repeat(60_000);
        assertThat(withoutLogins(many)).containsOnly(many);
        assertThat(withoutLogins("@ " + many + "!")).containsOnly("@ " + many + "!");
    }

    /** If a text was read again for each of its slashes, this would not end. */
    @Test
    void a_megabyte_of_slashes_is_read_once() {
        for (String many : List.of("//a".repeat(350_000), "//a ".repeat(250_000), "/".repeat(1_000_000))) {
            assertThat(withoutLogins(many)).containsExactly(many, many);
            assertThat(withoutLogins("@ " + many + "!")).containsExactly("@ " + many + "!", "@ " + many + "!");
        }
        assertThat(withoutLogins("//@".repeat(350_000) + "a".repeat(500_000)))
                .containsExactly("//***@" + "a".repeat(500_000), "//***@" + "a".repeat(500_000));
        assertThat(withoutLogins("//a ".repeat(250_000) + "//u@h"))
                .containsExactly("//a ".repeat(250_000) + "//***@h", "//***@h");
        assertThat(withoutLogins("//u@h ".repeat(170_000))).containsExactly("//***@h ".repeat(170_000), "//***@h ");
    }

    /** Of a message, and of a value. */
    private List<String> withoutLogins(String text) {
        return List.of(
                yard.sql("select trainyard.without_logins(:text::text)")
                        .param("text", text)
                        .query(String.class)
                        .single(),
                yard.sql("select trainyard.without_logins(to_jsonb(:text::text)) #>> '{}'")
                        .param("text", text)
                        .query(String.class)
                        .single());
    }

    @Test
    void a_request_without_variables_is_shown_as_it_is() {
        yard.submit(ARequest.named("mnist"));

        assertThat(yard.sql("""
                        select h.request = j.request from history.jobs h join trainyard.job j on j.id = h.job_id""").query(Boolean.class).single()).isTrue();
    }

    @Test
    void gpu_hours_are_the_sum_of_reservations_including_current_ones() {
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
    void a_gpu_shows_its_current_job() {
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
