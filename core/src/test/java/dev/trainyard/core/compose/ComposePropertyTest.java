package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.trainyard.core.Seeds;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.training.TrainingSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ComposePropertyTest {

    private static final ComposeOptions OPTIONS = new ComposeOptions(
            null, Map.of("HOME", "/home/ada", "TAG", "1"), _ -> Optional.of("A=1"), List.of(), false);
    private static final List<String> CORPUS = corpus();
    private static final String[] FRAGMENTS = {
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "<<: *a",
        "'",
        "\"",
        "#",
        "$",
        "${",
        "}",
        "\n",
        "  ",
        "\t",
        "null",
        "-1",
        "1e9",
        "!x ",
        "|\n",
        ">",
        "\u0000",
        "😀",
        "../",
        "~",
        ":",
        ",",
        "0",
        "x-",
        "true",
        "\\",
        "%",
        "@",
        "\r",
        "\uFEFF",
        "\u2028",
        "extends: {file: x.yml, service: base}",
        "extends: base",
        "!reset ",
        "!override ",
        "gpus: all",
    };

    @Test
    void arbitrary_bytes_are_refused_without_another_error() {
        Seeds.each(1000, seed -> {
            byte[] bytes = Seeds.bytes(seed);
            resolve(List.of(new ComposeText("fuzz.yml", new String(bytes, StandardCharsets.UTF_8))), OPTIONS);
        });
    }

    @Test
    void damaged_files_over_each_other_are_refused_or_become_a_valid_message() {
        Seeds.each(1000, seed -> {
            Random random = new Random(seed);
            TextFiles others = path -> Optional.of(path.endsWith(".env") ? "A=$B\nB=\"x" : damaged(random));
            ComposeOptions options = new ComposeOptions("train", Map.of("TAG", "1"), others, List.of(), false);
            List<ComposeText> texts =
                    List.of(new ComposeText("a.yml", damaged(random)), new ComposeText("b.yml", damaged(random)));

            valid(texts, options);
        });
    }

    /** Small texts that stand for, or ask for, very much. */
    static Stream<Arguments> absurdities() {
        String start = "services:\n  train:\n    image: busybox\n";
        String manyServices = IntStream.range(0, 20_000)
                .mapToObj("  s%d: {extends: {file: x.yml, service: s}}\n"::formatted)
                .collect(Collectors.joining("", "services:\n", ""));
        String bomb = IntStream.range(1, 30)
                .mapToObj(i -> "x-%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1))
                .collect(Collectors.joining("", "x-0: &a0 [a, b]\n", start));
        String growing = IntStream.range(1, 60)
                .mapToObj(i -> "V%d=$V%d$V%d\n".formatted(i, i - 1, i - 1))
                .collect(Collectors.joining("", "V0=xxxxxxxx\n", ""));
        return Stream.of(
                argumentSet("alias bomb", bomb, ""),
                argumentSet("deep flow", "[".repeat(500_000), ""),
                argumentSet("deep mapping", "{a: ".repeat(200_000), ""),
                argumentSet(
                        "deep block",
                        IntStream.range(0, 1000)
                                .mapToObj(i -> " ".repeat(i) + "a:\n")
                                .collect(Collectors.joining()),
                        ""),
                argumentSet("huge scalar", start + "    command: [\"" + "x".repeat(1_000_000) + "\"]\n", ""),
                argumentSet("too large", start + "    command: [\"" + "x".repeat(2_000_000) + "\"]\n", ""),
                argumentSet("huge image", start.replace("busybox", "a.".repeat(400_000)), ""),
                argumentSet("huge key", start + "    " + "k".repeat(900_000) + ": 1\n", ""),
                argumentSet("deep variables", start + "    user: \"" + "${A:-".repeat(100_000) + "\"\n", ""),
                argumentSet("many references", start + "    command: [" + "$BIG,".repeat(40_000) + "]\n", ""),
                argumentSet("many services", manyServices, ""),
                argumentSet("many port ranges", start + "    ports: [" + "'1-100',".repeat(40_000) + "]\n", ""),
                argumentSet("many volumes", start + "    volumes: [" + "~/x:/x,".repeat(40_000) + "]\n", ""),
                argumentSet("many unset", start + "    command: [" + "$NOT,".repeat(40_000) + "]\n", ""),
                argumentSet("growing env_file", start + "    env_file: x.env\n", growing),
                argumentSet(
                        "extends of itself",
                        start + "    extends: {file: x.yml, service: train}\n",
                        start + "    extends: {file: ./x/x.yml, service: train}\n"));
    }

    @ParameterizedTest
    @MethodSource("absurdities")
    @Timeout(
            value = 60,
            threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // A hang is to fail here, and not to stop the build.
    void absurd_files_are_refused_before_they_take_much_time_or_memory(String text, String other) {
        Map<String, String> environment = Map.of("HOME", "/home/ada", "BIG", "x".repeat(100_000));
        ComposeOptions options = new ComposeOptions(
                null,
                environment,
                path -> path.equals(".env") ? Optional.empty() : Optional.of(other),
                List.of(),
                false);

        assertThatExceptionOfType(InvalidFile.class)
                .isThrownBy(() -> ComposeResolver.resolve(text, "absurd.yml", options))
                .satisfies(refused -> assertThat(refused.problems())
                        .hasSizeBetween(1, 100)
                        .allSatisfy(problem -> assertThat(problem.toString()).hasSizeLessThan(1000)));
    }

    @Test
    void a_damaged_file_is_refused_or_becomes_a_valid_message() {
        Seeds.each(2000, seed -> {
            Random random = new Random(seed);

            valid(List.of(new ComposeText("fuzz.yml", damaged(random))), OPTIONS);
        });
    }

    private static String damaged(Random random) {
        StringBuilder text = new StringBuilder(CORPUS.get(random.nextInt(CORPUS.size())));
        for (int i = random.nextInt(5); i >= 0; i--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + random.nextInt(6));
            text.replace(at, end, FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
        }

        return text.toString();
    }

    private static void valid(List<ComposeText> texts, ComposeOptions options) {
        resolve(texts, options).ifPresent(spec -> {
            var source = spec.build() == null ? spec.pulled() : spec.builtFrom("sha256:" + "0".repeat(64));
            Request request = SubmitOptions.NONE.toRequest(spec, new JobId(new UUID(0, 1)), source);
            assertThat(RequestCodec.decode(RequestCodec.encode(request))).isEqualTo(request);
        });
    }

    private static Optional<TrainingSpec> resolve(List<ComposeText> texts, ComposeOptions options) {
        try {
            return Optional.of(ComposeResolver.resolve(texts, options));
        } catch (InvalidFile e) {
            assertThat(e.problems()).isNotEmpty();
            return Optional.empty();
        }
    }

    private static List<String> corpus() {
        List<String> texts = new ArrayList<>();
        for (String folder : List.of("compose/good", "bad/compose")) {
            try (Stream<Path> files = Files.list(Path.of("src/test/resources", folder))) {
                for (Path file : files.filter(each -> each.toString().endsWith(".yml"))
                        .sorted()
                        .toList()) {
                    texts.add(Files.readString(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return texts;
    }
}
