package dev.trainyard.core.runline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.Seeds;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.TrainingSpec;
import java.io.IOException;
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

class RunLinePropertyTest {

    private static final Map<String, Boolean> OWN = Map.of("priority", true, "dry-run", false);
    private static final String[] VALUES = {
        "",
        "-",
        "--",
        "=",
        ",",
        ":",
        "/",
        "/a:/b",
        "a:/b",
        "/a:/outputs",
        "all",
        "device=0,2",
        "\"device=0,2\"",
        "-1",
        "0",
        "1e9",
        "99999999999999999999",
        "80:80",
        "8g",
        "x=y",
        "nofile=1:2",
        "type=bind,src=/a,dst=/b",
        "\u0000",
        "\ud800",
        "😀",
        "host",
        "container:x",
        "true",
        "false",
        "\n",
        "\"",
        "'",
        "a b",
        "../x",
        "~/x",
        "ünï",
        "{}",
        "x".repeat(700),
    };

    @Test
    void arbitrary_words_are_refused_or_become_a_valid_message() {
        Seeds.each(2000, seed -> {
            Random random = new Random(seed);
            List<String> words = new ArrayList<>();
            for (int i = random.nextInt(8); i > 0; i--) {
                words.add(
                        random.nextInt(4) == 0
                                ? new String(Seeds.bytes(seed + i), StandardCharsets.UTF_8)
                                : word(random));
            }
            read(words);
        });
    }

    @Test
    void a_damaged_line_is_refused_or_becomes_a_valid_message() throws IOException {
        List<List<String>> lines = corpus();
        Seeds.each(3000, seed -> {
            Random random = new Random(seed);
            List<String> words = new ArrayList<>(lines.get(random.nextInt(lines.size())));
            for (int i = random.nextInt(3); i >= 0; i--) {
                int at = random.nextInt(words.size() + 1);
                switch (random.nextInt(4)) {
                    case 0 -> words.add(at, word(random));
                    case 1 -> words.add(at, VALUES[random.nextInt(VALUES.length)]);
                    case 2 -> damage(words, random);
                    default ->
                        words.subList(Math.min(at, words.size()), Math.min(at + 1, words.size()))
                                .clear();
                }
            }
            read(words);
        });
    }

    /** A flag, with or without a value. */
    private static String word(Random random) {
        List<String> names = List.copyOf(DockerRunFlags.names());
        String name = names.get(random.nextInt(names.size()));
        String value = VALUES[random.nextInt(VALUES.length)];
        return switch (random.nextInt(4)) {
            case 0 -> "--" + name;
            case 1 -> "-" + "deghiltmpuvwxz=".charAt(random.nextInt(15)) + value;
            case 2 -> value;
            default -> "--" + name + "=" + value;
        };
    }

    private static void damage(List<String> words, Random random) {
        if (!words.isEmpty()) {
            int which = random.nextInt(words.size());
            StringBuilder word = new StringBuilder(words.get(which));
            int at = random.nextInt(word.length() + 1);
            word.replace(at, Math.min(word.length(), at + random.nextInt(3)), VALUES[random.nextInt(VALUES.length)]);
            words.set(which, word.toString());
        }
    }

    private static void read(List<String> words) {
        TrainingSpec spec;
        try {
            spec = RunLine.read(
                            RunWords.split(words, OWN),
                            Map.of("HOME", "/home/ada", "A", "1"),
                            _ -> Optional.of("A\nB=\u0001x\n"))
                    .training();
        } catch (InvalidRunLine e) {
            assertThat(e.problems()).isNotEmpty();
            return;
        }
        Request request = SubmitOptions.NONE.toRequest(spec, new JobId(new UUID(0, 1)), spec.pulled());
        assertThat(RequestCodec.decode(RequestCodec.encode(request)))
                .as(words.toString())
                .isEqualTo(request);
    }

    private static List<List<String>> corpus() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("src/test/resources/run-lines/good.txt"))) {
            return lines.filter(line -> line.startsWith("$"))
                    .map(line -> ShellWords.split(line.substring(1)))
                    .toList();
        }
    }
}
