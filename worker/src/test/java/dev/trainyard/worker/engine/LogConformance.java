package dev.trainyard.worker.engine;

import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.text.DataSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Engine} promises of logs. A test of an engine extends this class. */
@Timeout(120)
public abstract class LogConformance {

    private final Workshop workshop = new Workshop(engine());
    private final List<LogEntry> entries = new ArrayList<>();

    /** The engine that is tested; the workshop closes it. */
    protected abstract Engine engine();

    @AfterEach
    void close() throws IOException {
        workshop.close();
    }

    @Test
    void a_log_is_followed_to_its_end_with_streams_told_apart() throws InterruptedException {
        ContainerId id =
                workshop.start(aRequest().shell("for i in 1 2 3; do echo out $i; echo err $i >&2; sleep 0.1; done"));

        workshop.containers().follow(id, null, entries::add);

        assertThat(texts(LogStream.STDOUT)).containsExactly("out 1", "out 2", "out 3");
        assertThat(texts(LogStream.STDERR)).containsExactly("err 1", "err 2", "err 3");
    }

    @Test
    void reading_on_from_any_point_repeats_nothing_and_loses_nothing() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().shell("i=0; while [ $i -lt 300 ]; do echo $i; i=$((i+1)); done"));
        workshop.containers().follow(id, null, entries::add);
        List<LogEntry> whole = List.copyOf(entries);
        assertThat(texts()).isEqualTo(numbers(0, 300));

        for (int at : List.of(0, 1, 137, 298, 299)) {
            entries.clear();
            workshop.containers().follow(id, ((LogEntry.Line) whole.get(at)).point(), entries::add);

            assertThat(entries).isEqualTo(whole.subList(at + 1, 300));
        }
    }

    @Test
    void an_interrupted_reader_goes_on_where_it_was() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().shell("echo 0; echo 1; echo 2; sleep 1; echo 3; echo 4"));
        CountDownLatch three = new CountDownLatch(3);
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                workshop.containers().follow(id, null, entry -> {
                    entries.add(entry);
                    three.countDown();
                });
            } catch (InterruptedException e) {
                // As intended: the thread ends.
            }
        });
        three.await();
        reader.interrupt();
        reader.join();

        workshop.containers().follow(id, ((LogEntry.Line) entries.getLast()).point(), entries::add);

        assertThat(texts()).isEqualTo(numbers(0, 5));
    }

    @Test
    void a_line_of_a_megabyte_comes_in_pieces() throws InterruptedException {
        ContainerId id =
                workshop.start(aRequest().shell("head -c 1000000 /dev/zero | tr '\\0' x; echo end; echo after"));

        workshop.containers().follow(id, null, entries::add);

        List<LogEntry.Line> lines = lines();
        assertThat(lines).allSatisfy(line -> assertThat(line.text().length()).isLessThanOrEqualTo(64 * 1024));
        String whole = lines.subList(0, lines.size() - 1).stream()
                .map(LogEntry.Line::text)
                .collect(Collectors.joining());
        assertThat(whole).isEqualTo("x".repeat(1_000_000) + "end");
        assertThat(lines).filteredOn(line -> !line.continues()).hasSize(2);
        assertThat(lines.getLast().text()).isEqualTo("after");

        entries.clear();
        workshop.containers().follow(id, lines.get(4).point(), entries::add);
        assertThat(entries).isEqualTo(lines.subList(5, lines.size()));
    }

    @Test
    void invalid_utf8_is_replaced_and_carriage_returns_are_kept() throws InterruptedException {
        ContainerId id = workshop.start(aRequest().shell("printf 'a\\377b\\0c\\n10%%\\r20%%\\r\\nlast'"));

        workshop.containers().follow(id, null, entries::add);

        assertThat(texts()).containsExactly("a\uFFFDbc", "10%\r20%\r", "last");
    }

    @Test
    void a_container_with_a_terminal_has_one_stream() throws InterruptedException {
        ContainerId id = workshop.start(aRequest()
                .tty()
                .shell("echo out; echo err >&2; head -c 40000 /dev/zero | tr '\\0' x; echo; printf last"));

        workshop.containers().follow(id, null, entries::add);

        assertThat(texts(LogStream.STDOUT)).containsExactly("out\r", "err\r", "x".repeat(40000) + "\r", "last");
    }

    @Test
    void a_log_turned_over_before_it_was_read_on_has_a_gap() throws InterruptedException {
        ContainerSpec spec = workshop.spec(
                aRequest().shell("echo first; sleep 2; i=0; while [ $i -lt 4000 ]; do echo line $i; i=$((i+1)); done"),
                new DataSize(100_000));
        ContainerId id = workshop.containers().create(spec);
        workshop.containers().start(id);
        workshop.containers().follow(id, null, entries::add);
        assertThat(texts()).contains("first");
        LogPoint first = lines().getFirst().point();

        entries.clear();
        workshop.containers().follow(id, first, entries::add);

        assertThat(entries.getFirst()).isInstanceOf(LogEntry.Gap.class);
        assertThat(lines().getLast().text()).isEqualTo("line 3999");
    }

    @Test
    void the_log_of_a_container_that_is_gone_is_empty() throws InterruptedException {
        ContainerId id = workshop.create(aRequest().command("true"));
        workshop.containers().remove(id);

        workshop.containers().follow(id, null, entries::add);

        assertThat(entries).isEmpty();
    }

    @Test
    void the_whole_log_is_written_up_to_its_budget() throws Exception {
        ContainerId id = workshop.start(aRequest().shell("echo out; echo err >&2; printf 'no newline'"));
        workshop.containers().await(id);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        ByteArrayOutputStream tail = new ByteArrayOutputStream();

        LogFile all = workshop.containers().writeLog(id, whole, new DataSize(1000));
        LogFile cut = workshop.containers().writeLog(id, tail, new DataSize(3));

        assertThat(all.complete()).isTrue();
        assertThat(whole.size()).isEqualTo(18);
        assertThat(whole.toString(StandardCharsets.UTF_8))
                .contains("out\n")
                .contains("err\n")
                .endsWith("no newline");
        assertThat(cut).isEqualTo(new LogFile(3, false));
        assertThat(tail.size()).isEqualTo(3);
    }

    @Test
    void a_log_file_reports_the_loss_of_rotated_text() throws Exception {
        ContainerId id = workshop.containers()
                .create(workshop.spec(
                        aRequest().shell("i=0; while [ $i -lt 4000 ]; do echo line $i; i=$((i+1)); done"),
                        new DataSize(100_000)));
        workshop.containers().start(id);
        workshop.containers().await(id);
        long all = IntStream.range(0, 4000)
                .mapToLong(i -> "line %d%n".formatted(i).length())
                .sum();

        LogFile file = workshop.containers().writeLog(id, OutputStream.nullOutputStream(), new DataSize(100_000));

        assertThat(file.complete()).isTrue();
        assertThat(file.missing(all)).isEqualTo(all - file.text()).isPositive();
    }

    @Test
    void a_log_file_with_any_bytes_contains_everything_that_was_followed() throws Exception {
        ContainerId id = workshop.start(
                aRequest().shell("printf 'a\\377b\\0\\0\\0c\\n10%%\\r\\n'; printf err >&2; printf last"));
        workshop.containers().follow(id, null, entries::add);
        long followed = texts().stream()
                .mapToLong(text -> (text + "\n").getBytes(StandardCharsets.UTF_8).length)
                .sum();

        LogFile file = workshop.containers().writeLog(id, OutputStream.nullOutputStream(), new DataSize(1000));

        assertThat(file.missing(followed)).isZero();
        assertThat(file.missing(followed + 3)).isPositive();
    }

    /** Not the bytes: an engine that keeps a log as JSON has them no longer. */
    @Test
    void what_is_not_utf_8_is_marked_and_loses_nothing_beside_it() throws Exception {
        ContainerId id = workshop.start(aRequest()
                .shell("printf 'caf\\351 \\303(\\0\\377x\\n\\342\\202\\n'; printf 'na\\357ve\\n' >&2; echo end"));

        workshop.containers().follow(id, null, entries::add);

        String marked = texts().toString().replaceAll("\ufffd+", "?");
        assertThat(marked).contains("caf? ?(?x, ?").contains("na?ve").contains("end");
    }

    @Test
    void a_log_file_of_another_encoding_lacks_nothing_of_what_was_followed() throws Exception {
        ContainerId id = workshop.start(
                aRequest()
                        .shell(
                                "i=0; while [ $i -lt 50 ]; do printf '\\303\\344\\366 %5000s\\374\\n\\342\\202' ''; printf '\\377\\377\\n' >&2; i=$((i+1)); done"));
        workshop.containers().follow(id, null, entries::add);
        long followed = texts().stream()
                .mapToLong(text -> (text + "\n").getBytes(StandardCharsets.UTF_8).length)
                .sum();

        LogFile file = workshop.containers().writeLog(id, OutputStream.nullOutputStream(), new DataSize(1_000_000));

        assertThat(file.missing(followed)).isZero();
        assertThat(file.missing(followed + 3)).isPositive();
    }

    private List<LogEntry.Line> lines() {
        return entries.stream()
                .filter(LogEntry.Line.class::isInstance)
                .map(LogEntry.Line.class::cast)
                .toList();
    }

    private List<String> texts() {
        return lines().stream().map(LogEntry.Line::text).toList();
    }

    private List<String> texts(LogStream stream) {
        return lines().stream()
                .filter(line -> line.stream() == stream)
                .map(LogEntry.Line::text)
                .toList();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }
}
