package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.OutputStore.OutputFile;
import dev.trainyard.db.OutputStore.Scalar;
import java.time.Instant;
import java.util.List;
import java.util.Random;
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
                List.of(new Scalar("run", "loss", 1, 0.5, AT), new Scalar("run", "loss", 2, Double.NaN, AT)));

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
    void a_manifest_that_is_made_anew_replaces_the_former() {
        AttemptId attempt = attempt();
        outputs.record(
                attempt,
                List.of(new OutputFile("old.pt", "CHECKPOINT", 1, null, AT)),
                List.of(new Scalar("run", "loss", 1, 0.5, AT)));

        outputs.record(attempt, List.of(new OutputFile("new.pt", "CHECKPOINT", 1, null, AT)), List.of());

        assertThat(yard.text("select path from history.outputs")).isEqualTo("new.pt");
        assertThat(yard.sql("select count(*) from history.metrics")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void a_manifest_is_recorded_whole_or_not_at_all() {
        AttemptId attempt = attempt();
        outputs.record(attempt, List.of(new OutputFile("kept.pt", "CHECKPOINT", 1, null, AT)), List.of());

        OutputFile fine = new OutputFile("fine.pt", "CHECKPOINT", 1, null, AT);
        OutputFile broken = new OutputFile("broken.pt", "CHECKPOINT", 1, "no digest", AT);
        assertThatThrownBy(() -> outputs.record(attempt, List.of(fine, broken), List.of()))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(yard.text("select path from history.outputs")).isEqualTo("kept.pt");
    }

    @Test
    void whatever_a_program_calls_its_files_and_curves_is_recorded() {
        AttemptId attempt = attempt();
        StringBuilder noise = new StringBuilder();
        new Random(7).ints(4000, 'a', 0x2000).forEach(noise::appendCodePoint);

        outputs.record(
                attempt,
                List.of(
                        new OutputFile("half \ud800", "OTHER", 1, null, AT),
                        new OutputFile("half \udfff", "OTHER", 2, null, AT),
                        new OutputFile(noise.toString(), "OTHER", 3, null, AT)),
                List.of(new Scalar("run\0", noise.toString(), 1, 0.5, AT)));

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
                        new Scalar("run", "loss", 2, 0.5, Instant.ofEpochMilli(Long.MAX_VALUE))));

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
    void what_passes_by_itself_is_told_as_an_outage(String table) {
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
                            List.of(new Scalar("run", "loss", 1, 0.5, AT))))
                    .isInstanceOfSatisfying(
                            RuntimeException.class,
                            e -> assertThat(Outage.mayExplain(e)).isTrue());
        } finally {
            yard.update("drop function trainyard.full_disk() cascade");
        }
    }

    private AttemptId attempt() {
        Incarnation me = yard.register(AWorker.named("gpu-1"));
        JobId job = yard.submit(ARequest.named("mnist"));
        return yard.collecting(me, job, Yard.EXIT_0);
    }
}
