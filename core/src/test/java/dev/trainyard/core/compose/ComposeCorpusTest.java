package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Notice;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.runline.DockerRunLine;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.TrainingSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of {@code src/test/resources}. A bad one begins with {@code # expect} and each problem, in order; beside a good one lies
 * {@code NAME.txt}: the equal {@code docker run} line, then the notices. A file {@code NAME.override.yml} goes over {@code NAME.yml}.
 */
class ComposeCorpusTest {

    private static final Path CORPUS = Path.of("src/test/resources");
    private static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/home/ada", "TAG", "1.2", "EMPTY", "");
    private static final JobId JOB = new JobId(new UUID(0, 1));

    static Stream<Path> good() throws IOException {
        return files("compose/good");
    }

    static Stream<Path> bad() throws IOException {
        return files("bad/compose");
    }

    private static Stream<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(folder))) {
            return files.filter(file -> file.toString().matches("[^.]+\\.yml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("good")
    void a_good_file_becomes_the_docker_run_line_beside_it(Path file) throws IOException {
        TrainingSpec read = resolve(file);
        // A line shows public values alone.
        TrainingSpec spec =
                read.publishing(List.copyOf(read.run().program().environment().keySet()));
        Request.Submit request = SubmitOptions.NONE.toRequest(spec, JOB, source(spec));

        String actual = Stream.concat(
                        Stream.of(DockerRunLine.render(request)),
                        spec.notices().stream().map(Notice::toString))
                .reduce("", (all, line) -> all + line + "\n");
        assertThat(actual).isEqualTo(Files.readString(Path.of(file.toString().replace(".yml", ".txt"))));
    }

    @ParameterizedTest
    @MethodSource("good")
    void a_good_file_becomes_a_message_that_every_worker_accepts(Path file) throws IOException {
        TrainingSpec spec = resolve(file);
        Request.Submit request = SubmitOptions.NONE.toRequest(spec, JOB, source(spec));

        assertThat(RequestCodec.decode(RequestCodec.encode(request))).isEqualTo(request);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void a_bad_file_is_refused_with_every_problem_at_its_place(Path file) throws IOException {
        String name = file.getFileName().toString();
        List<String> expected = Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("# expect "))
                .map(line -> line.substring("# expect ".length()))
                .map(line -> line.matches("\\d.*") ? name + ":" + line : line)
                .toList();

        InvalidFile refused = catchThrowableOfType(InvalidFile.class, () -> resolve(file));

        assertThat(refused).as("must be refused").isNotNull();
        assertThat(refused.problems()).as(refused.getMessage()).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(refused.problems().get(i))
                    .extracting(Problem::toString)
                    .asString()
                    .startsWith(expected.get(i));
        }
    }

    private static ImageSource source(TrainingSpec spec) {
        return spec.build() == null ? spec.pulled() : spec.builtFrom("sha256:" + "0".repeat(64));
    }

    private static TrainingSpec resolve(Path file) throws IOException {
        TextFiles beside = path ->
                Optional.of(file.resolveSibling(path)).filter(Files::exists).map(ComposeCorpusTest::text);
        ComposeOptions options = new ComposeOptions(null, ENVIRONMENT, beside, List.of(), false);
        Path over = Path.of(file.toString().replace(".yml", ".override.yml"));
        List<ComposeText> texts = Stream.of(file, over)
                .filter(Files::exists)
                .map(each -> new ComposeText(each.getFileName().toString(), text(each)))
                .toList();
        return ComposeResolver.resolve(texts, options);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
