package dev.trainyard.core.runline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.trainyard.core.reading.Notice;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.TrainingSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Run lines as data, in files of {@code src/test/resources}: each begins with {@code $} and stands as one types it into a shell
 * after {@code trainyard run}. Below a good one stands the equal {@code docker run} line, then the notices; below a bad one each
 * problem, in order.
 */
class RunLineCorpusTest {

    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/home/ada", "TOKEN", "hunter2");

    static Stream<Arguments> good() throws IOException {
        return cases("run-lines");
    }

    static Stream<Arguments> bad() throws IOException {
        return cases("bad/run-lines");
    }

    /** The first line of each case, without {@code $}, and the lines below. */
    private static Stream<Arguments> cases(String folder) throws IOException {
        List<Arguments> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(RESOURCES.resolve(folder))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".txt"))
                    .sorted()
                    .toList()) {
                for (String block : Files.readString(file).split("\n{2,}")) {
                    List<String> lines = Arrays.stream(block.split("\n"))
                            .filter(line -> !line.startsWith("#"))
                            .toList();
                    if (!lines.isEmpty()) {
                        String words = lines.getFirst().substring(1).strip();
                        cases.add(argumentSet("$ " + words, words, lines.subList(1, lines.size())));
                    }
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("good")
    void a_good_line_becomes_the_docker_run_line_below_it(String words, List<String> expected) {
        TrainingSpec read = read(words).training();
        // A line shows public values alone.
        TrainingSpec spec =
                read.publishing(List.copyOf(read.run().program().environment().keySet()));
        Request.Submit request = request(spec);

        List<String> actual = Stream.concat(
                        Stream.of(DockerRunLine.render(request)),
                        spec.notices().stream().map(Notice::toString))
                .toList();
        assertThat(actual).isEqualTo(expected);
        assertThat(RequestCodec.decode(RequestCodec.encode(request))).isEqualTo(request);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void a_bad_line_is_refused_with_every_problem_at_its_argument(String words, List<String> expected) {
        InvalidRunLine refused = catchThrowableOfType(InvalidRunLine.class, () -> read(words));

        assertThat(refused).as("must be refused").isNotNull();
        assertThat(refused.problems()).extracting(Problem::toString).isEqualTo(expected);
    }

    static Request.Submit request(TrainingSpec spec) {
        return SubmitOptions.NONE.toRequest(spec, new JobId(new UUID(0, 1)), spec.pulled());
    }

    static RunLine read(String words) {
        TextFiles files = path -> Optional.of(RESOURCES.resolve("run-lines").resolve(path))
                .filter(Files::exists)
                .map(RunLineCorpusTest::text);
        return RunLine.read(
                RunWords.split(ShellWords.split(words), Map.of("priority", true, "dry-run", false, "label", false)),
                ENVIRONMENT,
                files);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
