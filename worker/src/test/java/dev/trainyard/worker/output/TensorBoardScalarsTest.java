package dev.trainyard.worker.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.sun.management.ThreadMXBean;
import dev.trainyard.worker.output.TensorBoardScalars.Reached;
import dev.trainyard.worker.output.TensorBoardScalars.Scalar;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TensorBoardScalarsTest {

    private final ScalarLimit limit = new ScalarLimit();

    private Reached reached = Reached.BEGINNING;

    @TempDir
    private Path folder;

    @Test
    void the_tests_own_writer_begins_a_file_as_tensorflow_does() {
        // Length 24 and its masked checksum: the first bytes of every event file.
        assertThat(Arrays.copyOf(new EventFile().bytes(), 12))
                .isEqualTo(HexFormat.of().parseHex("1800000000000000a37f4b22"));
    }

    @Test
    void all_three_ways_to_write_a_scalar_are_read() throws Exception {
        EventFile file = new EventFile()
                .simple("loss", 1, 1_700_000_000.25, 0.5f)
                .floats("accuracy", 2, 1_700_000_001.5, 0.75f)
                .content("rate", 3_000_000_000L, 1_700_000_002.0, 1e-300);

        assertThat(read(file.bytes()))
                .containsExactly(
                        new Scalar("loss", 1, Instant.ofEpochMilli(1_700_000_000_250L), 0.5),
                        new Scalar("accuracy", 2, Instant.ofEpochMilli(1_700_000_001_500L), 0.75),
                        new Scalar("rate", 3_000_000_000L, Instant.ofEpochSecond(1_700_000_002), 1e-300));
    }

    @Test
    void nan_and_infinity_are_kept() throws Exception {
        EventFile file = new EventFile().simple("loss", 1, 1, Float.NaN).simple("loss", 2, 1, Float.POSITIVE_INFINITY);

        assertThat(read(file.bytes())).extracting(Scalar::value).containsExactly(Double.NaN, Double.POSITIVE_INFINITY);
    }

    @Test
    void tensors_with_more_than_one_element_are_not_scalars() throws Exception {
        EventFile file = new EventFile().floats("histogram", 1, 1, 1, 2, 3).simple("loss", 2, 1, 0.5f);

        assertThat(read(file.bytes())).extracting(Scalar::tag).containsExactly("loss");
    }

    @Test
    void a_truncated_file_yields_its_complete_records() throws Exception {
        byte[] two =
                new EventFile().simple("loss", 1, 1, 2).simple("loss", 2, 1, 1).bytes();
        int one = new EventFile().simple("loss", 1, 1, 2).bytes().length;

        for (int length = 0; length < two.length; length++) {
            List<Scalar> read = read(Arrays.copyOf(two, length));

            assertThat(read).as("cut to %d bytes", length).hasSize(length < one ? 0 : 1);
            assertThat(reached.missing("events", false)).isEmpty();
            assertThat(reached.missing("events", true))
                    .as("cut to %d bytes, and nobody writes it any more", length)
                    .hasSize(length == reached.end() ? 0 : 1);
        }
        assertThat(read(two)).hasSize(2);
    }

    @Test
    void a_damaged_record_ends_the_reading_and_earlier_ones_count() throws Exception {
        byte[] bytes = new EventFile()
                .simple("loss", 1, 1, 3)
                .simple("loss", 2, 1, 2)
                .simple("loss", 3, 1, 1)
                .bytes();
        int second = new EventFile().simple("loss", 1, 1, 3).bytes().length;
        bytes[second + 20] ^= 1;

        assertThat(read(bytes)).extracting(Scalar::step).containsExactly(1L);
        assertThat(reached.missing("run/events", false))
                .containsExactly("run/events is damaged at byte %d: its points from there on are not recorded"
                        .formatted(second));
    }

    @Test
    void points_whose_name_cannot_be_stored_are_counted_over_all_readings() throws Exception {
        byte[] first = new EventFile().simple("lo\0ss", 1, 1, 3).bytes();
        byte[] both = new EventFile()
                .simple("lo\0ss", 1, 1, 3)
                .simple("loss", 1, 1, 3)
                .simple("", 2, 1, 2)
                .bytes();
        Path file = Files.write(folder.resolve("events"), first);
        read(first);
        Files.write(file, both);

        try (OpenFolder open = OpenFolder.at(folder)) {
            TensorBoardScalars.Part rest = TensorBoardScalars.read(open, folder.relativize(file), reached, limit);

            assertThat(rest.scalars()).extracting(Scalar::tag).containsExactly("loss");
            assertThat(rest.reached().missing("events", false))
                    .containsExactly(
                            "events has 2 points whose name is empty or has a NUL character, which cannot be recorded");
        }
    }

    @Test
    void a_record_whose_content_is_damaged_leaves_no_point_behind_that_would_be_read_twice() throws Exception {
        byte[] good = new EventFile().simple("loss", 1, 1, 3).bytes();
        byte[] bytes =
                new EventFile().simple("loss", 1, 1, 3).broken("loss", 2, 1, 2).bytes();

        assertThat(read(bytes)).hasSize(1);
        assertThat(reached.end()).isEqualTo(good.length);
        assertThat(reached.missing("events", false)).singleElement().asString().contains("is damaged at byte");
    }

    @Test
    void a_file_that_is_not_an_event_file_has_no_scalars() throws Exception {
        byte[] noise = new byte[10_000];
        new Random(7).nextBytes(noise);

        assertThat(read(noise)).isEmpty();
        assertThat(read(new byte[0])).isEmpty();
        assertThat(read(new byte[10_000])).isEmpty();
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_file_that_became_a_link_or_a_pipe_after_the_listing_is_not_read() throws Exception {
        Path events = Files.write(
                folder.resolve("events"),
                new EventFile().simple("loss", 1, 1, 1).bytes());
        Path link = Files.createSymbolicLink(folder.resolve("link.tfevents"), events);
        Path pipe = folder.resolve("pipe.tfevents");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();

        assertThatThrownBy(() -> readFile(link)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> readFile(pipe)).isInstanceOf(IOException.class);
    }

    @Test
    void an_interrupt_ends_the_reading() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> read(new EventFile().simple("loss", 1, 1, 1).bytes()))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void a_file_that_grows_is_read_on_from_where_its_last_whole_record_ended() throws Exception {
        byte[] all = new EventFile()
                .simple("loss", 1, 1, 1)
                .simple("loss", 2, 1, 2)
                .simple("loss", 3, 1, 3)
                .bytes();
        Path file = folder.resolve("events.out.tfevents.1");
        List<Long> steps = new ArrayList<>();
        Reached reached = Reached.BEGINNING;

        try (OpenFolder open = OpenFolder.at(folder)) {
            for (int written = 0; written <= all.length; written++) {
                Files.write(file, Arrays.copyOf(all, written));
                TensorBoardScalars.Part part = TensorBoardScalars.read(open, folder.relativize(file), reached, limit);
                part.scalars().forEach(scalar -> steps.add(scalar.step()));
                reached = part.reached();
            }
        }

        assertThat(steps).containsExactly(1L, 2L, 3L);
        assertThat(reached.end()).isEqualTo(all.length);
    }

    @Test
    void the_limit_of_points_holds_for_all_files_together_and_the_excess_is_reported() throws Exception {
        EventFile events = new EventFile();
        for (int step = 0; step < 120_000; step++) {
            events.simple("loss", step, 1, 1);
        }

        assertThat(read(events.bytes())).hasSize(120_000);
        assertThat(limit.missing()).isEmpty();
        List<Scalar> more = read(events.bytes());

        assertThat(more).hasSize(80_000);
        assertThat(more.getFirst().tag())
                .as("no name twice")
                .isSameAs(more.getLast().tag());
        assertThat(limit.missing()).hasValueSatisfying(said -> assertThat(said).contains("more than 200000 points"));
    }

    @Test
    void names_of_curves_take_bounded_memory() throws Exception {
        EventFile events = new EventFile();
        for (int step = 0; step < 3_000; step++) {
            events.simple(step + "x".repeat(100_000 / (step + 1)) + "y".repeat(2_000), step, 1, 1);
        }

        List<Scalar> read = read(events.bytes());

        assertThat(read)
                .isNotEmpty()
                .allSatisfy(scalar -> assertThat(scalar.tag()).hasSizeLessThanOrEqualTo(2_000));
        assertThat(read.stream().mapToInt(scalar -> scalar.tag().length()).sum())
                .isLessThanOrEqualTo(4 << 20);
        assertThat(limit.missing()).isPresent();
    }

    static Stream<Arguments> crowds() {
        return Stream.of(
                argumentSet("of summaries", repeated("2a00", 16 << 20)),
                argumentSet("of values", repeated("2a020a00", 16 << 20)),
                argumentSet("of values in one summary", within(0x2a, repeated("0a00", (16 << 20) - 6))),
                argumentSet("of points without a name", within(0x2a, repeated("0a051500000000", 14 << 20))),
                argumentSet("of points", within(0x2a, repeated("0a080a0178150000803f", 15 << 20))));
    }

    @ParameterizedTest
    @MethodSource("crowds")
    void too_many_values_in_one_event_count_as_damage_of_only_that_file(byte[] crowd) throws Exception {
        byte[] good = new EventFile().simple("loss", 1, 1, 3).bytes();
        byte[] bytes = new EventFile().simple("loss", 1, 1, 3).event(crowd).bytes();
        long before = allocated();

        assertThat(read(bytes)).extracting(Scalar::tag).containsExactly("loss");
        assertThat(reached.missing("run/events", true))
                .containsExactly("run/events is damaged at byte %d: its points from there on are not recorded"
                        .formatted(good.length));
        // The record, and what becomes of its elements.
        assertThat(allocated() - before).as("bytes that were taken of the heap").isLessThan(64 << 20);
    }

    @Test
    void an_event_may_have_thousands_of_points() throws Exception {
        byte[] crowd = within(0x2a, repeated("0a080a0178150000803f", 600_000));

        assertThat(read(new EventFile().event(crowd).bytes())).hasSize(60_000);
        assertThat(reached.missing("events", true)).isEmpty();
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static byte[] repeated(String hex, int length) {
        byte[] once = HexFormat.of().parseHex(hex);
        byte[] all = new byte[length / once.length * once.length];
        for (int at = 0; at < all.length; at++) {
            all[at] = once[at % once.length];
        }
        return all;
    }

    private static byte[] within(int key, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(key);
        int rest = content.length;
        while (rest > 0x7F) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private List<Scalar> read(byte[] bytes) throws Exception {
        return readFile(Files.write(folder.resolve("events.out.tfevents.1"), bytes));
    }

    private List<Scalar> readFile(Path file) throws IOException, InterruptedException {
        try (OpenFolder open = OpenFolder.at(folder)) {
            TensorBoardScalars.Part part =
                    TensorBoardScalars.read(open, folder.relativize(file), Reached.BEGINNING, limit);
            reached = part.reached();
            return part.scalars();
        }
    }
}
