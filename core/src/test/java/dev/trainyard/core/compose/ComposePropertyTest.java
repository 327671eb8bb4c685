package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.Seeds;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ComposePropertyTest {

    private static final ComposeOptions OPTIONS = new ComposeOptions(
            null, Map.of("HOME", "/home/ada", "TAG", "1"), _ -> Optional.of("A=1"), List.of(), false);
    private static final List<String> CORPUS = corpus();
    private static final String[] FRAGMENTS = {
        ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "<<: *a", "'", "\"", "#", "$", "${", "}", "\n", "  ", "\t", "null",
        "-1", "1e9", "!x ", "|\n", ">", "\u0000", "😀", "../", "~", ":", ",", "0", "x-", "true", "\\", "%", "@", "\r",
        "\uFEFF", "\u2028",
    };

    @Test
    void arbitrary_bytes_are_refused_and_nothing_worse() {
        Seeds.each(1000, seed -> {
            byte[] bytes = Seeds.bytes(seed);
            resolve(new String(bytes, StandardCharsets.UTF_8));
        });
    }

    @Test
    void a_damaged_file_is_refused_or_becomes_a_valid_message() {
        Seeds.each(2000, seed -> {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(CORPUS.get(random.nextInt(CORPUS.size())));
            for (int i = random.nextInt(5); i >= 0; i--) {
                int at = random.nextInt(text.length());
                int end = Math.min(text.length(), at + random.nextInt(6));
                text.replace(at, end, FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
            }

            resolve(text.toString()).ifPresent(spec -> {
                var source = spec.build() == null ? spec.pulled() : spec.builtFrom("sha256:" + "0".repeat(64));
                Request request = spec.toRequest(new JobId(new UUID(0, 1)), source, SubmitOptions.NONE);
                assertThat(RequestCodec.decode(RequestCodec.encode(request))).isEqualTo(request);
            });
        });
    }

    private static Optional<TrainingSpec> resolve(String text) {
        try {
            return Optional.of(ComposeResolver.resolve(text, "fuzz.yml", OPTIONS));
        } catch (InvalidComposeFile e) {
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
