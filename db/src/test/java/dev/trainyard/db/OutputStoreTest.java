package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.OutputStore.OutputFile;
import dev.trainyard.db.OutputStore.Scalar;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputStoreTest {

    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

    private final Yard yard = new Yard();
    private final OutputStore outputs = new OutputStore(yard.database);

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void files_and_curves_are_seen_in_the_views() {
        AttemptId attempt = attempt();

        outputs.record(
                attempt,
                List.of(
                        new OutputFile("model.pt", "CHECKPOINT", 42, "0a".repeat(32), AT),
                        new OutputFile("huge.bin", "FILE", 1L << 40, null, AT)),
                List.of(new Scalar("run", "loss", 1, 0.5, AT), new Scalar("run", "loss", 2, Double.NaN, AT)),
                List.of());

        assertThat(yard.sql("select path, size_bytes, sha256, location from history.outputs order by path")
                        .query()
                        .listOfRows())
                .satisfiesExactly(
                        huge -> assertThat(huge)
                                .containsEntry("size_bytes", 1L << 40)
                                .containsEntry("sha256", null),
                        model -> assertThat(model)
                                .containsEntry("sha256", "0a".repeat(32))
                                .containsEntry("location", "/srv/outputs/" + attempt + "/model.pt"));
        assertThat(yard.sql("select value from history.metrics order by step")
                        .query(Double.class)
                        .list())
                .containsExactly(0.5, Double.NaN);
    }

    @Test
    void a_new_manifest_replaces_the_previous_one() {
        AttemptId attempt = attempt();
        outputs.record(
                attempt,
                List.of(new OutputFile("old.pt", "CHECKPOINT", 1, null, AT)),
                List.of(new Scalar("run", "loss", 1, 0.5, AT)),
                List.of());

        outputs.record(attempt, List.of(new OutputFile("new.pt", "CHECKPOINT", 1, null, AT)), List.of(), List.of());

        assertThat(yard.text("select path from history.outputs")).isEqualTo("new.pt");
        assertThat(yard.sql("select count(*) from history.metrics")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void missing_outputs_are_reported_until_all_are_there() {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));

        outputs.seen(me, attempt, false, List.of(), List.of(), List.of(), List.of("more than 10000 files", "b\0"));
        assertThat(yard.text("select outputs_missing from history.output_places"))
                .isEqualTo("more than 10000 files; b\ufffd");

        outputs.record(attempt, List.of(), List.of(), List.of());
        assertThat(yard.texts("select outputs_missing from history.output_places"))
                .containsOnlyNulls();
    }

    @Test
    void a_manifest_is_recorded_whole_or_not_at_all() {
        AttemptId attempt = attempt();
        outputs.record(attempt, List.of(new OutputFile("kept.pt", "CHECKPOINT", 1, null, AT)), List.of(), List.of());

        OutputFile fine = new OutputFile("fine.pt", "CHECKPOINT", 1, null, AT);
        OutputFile broken = new OutputFile("broken.pt", "CHECKPOINT", 1, "no digest", AT);
        assertThatThrownBy(() -> outputs.record(attempt, List.of(fine, broken), List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(yard.text("select path from history.outputs")).isEqualTo("kept.pt");
    }

    @Test
    void any_names_of_files_and_curves_are_recorded() {
        AttemptId attempt = attempt();
        StringBuilder noise = new StringBuilder();
        new Random(7).ints(4000, 'a', 0x2000).forEach(noise::appendCodePoint);

        outputs.record(
                attempt,
                List.of(
                        new OutputFile("half \ud800", "OTHER", 1, null, AT),
                        new OutputFile("half \udfff", "OTHER", 2, null, AT),
                        new OutputFile(noise.toString(), "OTHER", 3, null, AT)),
                List.of(new Scalar("run\0", noise.toString(), 1, 0.5, AT)),
                List.of());

        assertThat(yard.sql("select size_bytes from history.outputs order by 1")
                        .query(Integer.class)
                        .list())
                .containsExactly(1, 3);
        assertThat(yard.text("select run from history.metrics")).isEqualTo("run\ufffd");
        assertThat(yard.text("select tag from history.metrics")).isEqualTo(noise.substring(0, 500));
    }

    @Test
    void times_that_no_calendar_has_are_recorded_as_the_nearest_that_it_has() {
        AttemptId attempt = attempt();
        Instant nearlyTooLate = Instant.parse("9999-12-31T23:59:59.9999999Z");

        outputs.record(
                attempt,
                List.of(
                        new OutputFile("1", "OTHER", 1, null, Instant.MIN),
                        new OutputFile("2", "OTHER", 1, null, AT),
                        new OutputFile("3", "OTHER", 1, null, nearlyTooLate),
                        new OutputFile("4", "OTHER", 1, null, Instant.MAX)),
                List.of(
                        new Scalar("run", "loss", 1, 0.5, Instant.ofEpochMilli(Long.MIN_VALUE)),
                        new Scalar("run", "loss", 2, 0.5, Instant.ofEpochMilli(Long.MAX_VALUE))),
                List.of());

        assertThat(yard.sql("select (modified_at at time zone 'UTC')::text from history.outputs order by path")
                        .query(String.class)
                        .list())
                .containsExactly(
                        "0001-01-01 00:00:00",
                        "2026-01-02 03:04:05",
                        "9999-12-31 23:59:59.999999",
                        "9999-12-31 23:59:59.999999");
        assertThat(yard.sql("select (wall_time at time zone 'UTC')::text from history.metrics order by step")
                        .query(String.class)
                        .list())
                .containsExactly("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999");
    }

    @ParameterizedTest
    @ValueSource(strings = {"output_file", "metric"})
    void a_temporary_error_is_reported_as_an_outage(String table) {
        AttemptId attempt = attempt();
        yard.update("""
                create function trainyard.full_disk() returns trigger language plpgsql as
                $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$""");
        yard.update(
                "create trigger full_disk before insert on trainyard.%s for each row execute function trainyard.full_disk()"
                        .formatted(table));
        try {
            assertThatThrownBy(() -> outputs.record(
                            attempt,
                            List.of(new OutputFile("model.pt", "CHECKPOINT", 1, null, AT)),
                            List.of(new Scalar("run", "loss", 1, 0.5, AT)),
                            List.of()))
                    .isInstanceOfSatisfying(
                            RuntimeException.class,
                            e -> assertThat(Outage.isTransient(e)).isTrue());
        } finally {
            yard.update("drop function trainyard.full_disk() cascade");
        }
    }

    @Test
    void a_manifest_whose_files_a_later_attempt_has_changed_or_removed_is_superseded_by_it() {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        AttemptId untouched = ended(me, "/logs/other", file("model.pt", "0a"));
        AttemptId apart = ended(me, "/logs/run-7", file("kept.pt", "0a"));
        AttemptId changed = ended(me, "/logs/run-7", file("kept.pt", "0a"), file("model.pt", "0a"));
        AttemptId removed = ended(me, "/logs/run-7", file("gone.pt", "0a"));
        AttemptId around = ended(me, "/logs", file("run-7/model.pt", "0b"), file("x", "0b"));
        AttemptId within = ended(me, "/logs/run-7/sub", file("f", "0c"));
        AttemptId beside = ended(me, "/logs/run-70", file("model.pt", "0a"));

        AttemptId later = at(collecting(me), "/logs/run-7");
        outputs.recordShared(
                later,
                List.of(file("model.pt", "ff"), file("sub/f", "fe")),
                List.of(),
                List.of(),
                List.of("kept.pt", "model.pt", "sub/f"));

        assertThat(superseded()).containsExactlyInAnyOrder(changed, removed, around, within);
        assertThat(List.of(untouched, apart, beside)).doesNotContainAnyElementsOf(superseded());
        assertThat(
                        yard.texts(
                                "select distinct superseded_by_job::text from history.output_places where superseded_by_job is not null"))
                .containsExactly(yard.text("select job_id from trainyard.attempt where id = ?", later.value()));
        assertThat(yard.text("select count(*) from history.outputs where attempt_id = ?", changed.value()))
                .as("what they were is still there")
                .isEqualTo("2");
    }

    @Test
    void if_the_present_files_are_unknown_none_counts_as_removed() {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        ended(me, "/logs/run-7", file("gone.pt", "0a"));
        ended(me, "/logs/run-7", file("same.pt", "0a"));

        AttemptId later = at(collecting(me), "/logs/run-7");
        outputs.recordShared(later, List.of(file("same.pt", "0a")), List.of(), List.of(), null);
        outputs.recordShared(later, List.of(file("same.pt", "0a")), List.of(), List.of(), null);

        assertThat(superseded()).isEmpty();
    }

    @Test
    void outputs_of_a_running_attempt_are_visible_until_it_ends() {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        OutputFile first = new OutputFile("a", "OTHER", 1, null, AT);
        OutputFile second = new OutputFile("b", "OTHER", 1, null, AT);

        assertThat(outputs.seen(me, attempt, true, List.of(first, second), List.of(), List.of(scalar(1)), List.of()))
                .isTrue();
        assertThat(outputs.seen(
                        me,
                        attempt,
                        false,
                        List.of(new OutputFile("a", "OTHER", 2, null, AT)),
                        List.of("b"),
                        List.of(scalar(2)),
                        List.of()))
                .isTrue();

        assertThat(yard.texts("select path || ' ' || size_bytes from history.outputs"))
                .containsExactly("a 2");
        assertThat(yard.texts("select step::text from history.metrics order by step"))
                .containsExactly("1", "2");
        assertThat(yard.texts("select attempt_state from history.output_places where outputs_seen_at is not null"))
                .containsExactly("RUNNING");

        assertThat(outputs.seen(me, attempt, true, List.of(first), List.of(), List.of(), List.of()))
                .isTrue();
        assertThat(yard.texts("select step::text from history.metrics")).isEmpty();
    }

    @Test
    void outputs_seen_too_late_or_by_another_process_change_nothing() {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        AttemptId attempt = yard.running(me, yard.submit(ARequest.named("mnist")));
        Incarnation other = new Incarnation(me.worker(), UUID.randomUUID());

        assertThat(outputs.seen(other, attempt, true, List.of(file("a", "0a")), List.of(), List.of(), List.of()))
                .isFalse();
        yard.attempts.exited(me, attempt, Yard.EXIT_0);
        outputs.record(attempt, List.of(file("whole", "0a")), List.of(), List.of());
        assertThat(outputs.seen(me, attempt, true, List.of(file("a", "0a")), List.of(), List.of(), List.of()))
                .isFalse();

        assertThat(yard.texts("select path from history.outputs")).containsExactly("whole");
    }

    private static Scalar scalar(long step) {
        return new Scalar("run", "loss", step, 0.5, AT);
    }

    private static OutputFile file(String path, String digestByte) {
        return new OutputFile(path, "OTHER", 1, digestByte.repeat(32), AT);
    }

    private AttemptId collecting(Incarnation me) {
        return yard.collecting(me, yard.submit(ARequest.named("mnist")), Yard.EXIT_0);
    }

    private AttemptId at(AttemptId attempt, String place) {
        yard.update(
                "update trainyard.attempt set outputs_location = ? where id = ?",
                "file://gpu-1" + place,
                attempt.value());
        return attempt;
    }

    private AttemptId ended(Incarnation me, String place, OutputFile... files) {
        JobId job = yard.submit(ARequest.named("mnist"));
        AttemptId attempt = at(yard.collecting(me, job, Yard.EXIT_0), place);
        outputs.record(attempt, List.of(files), List.of(), List.of());
        assertThat(yard.attempts.ended(me, attempt, yard.end(Cause.COMPLETED, job)))
                .isEqualTo(Outcome.APPLIED);
        return attempt;
    }

    private List<AttemptId> superseded() {
        return yard.sql("select id from trainyard.attempt where outputs_state = 'SUPERSEDED'")
                .query((row, n) -> new AttemptId(row.getObject("id", UUID.class)))
                .list();
    }

    private AttemptId attempt() {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        JobId job = yard.submit(ARequest.named("mnist"));
        return yard.collecting(me, job, Yard.EXIT_0);
    }
}
