package dev.trainyard.core.draft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.compose.GivenJson;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.request.DraftRef;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.text.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files of {@code src/test/resources/bad/drafts}: the problems that are expected, in order, then the parts of what someone handed in.
 * Where a part is missing, there is a good draft, no declaration, no parameter.
 */
class DraftCorpusTest {

    private static final Path CORPUS = Path.of("src/test/resources/bad/drafts");
    private static final Pattern PART = Pattern.compile("(?m)^--- (\\S+)\\n");
    private static final String GOOD_DRAFT =
            "services:\n  train:\n    image: vision/resnet18\n    command: [python, main.py]\n";

    static Stream<Path> bad() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("bad")
    void a_bad_draft_is_refused_with_all_problems_together(Path file) throws IOException {
        String text = Files.readString(file);
        List<String> expected = text.substring(0, text.indexOf("--- ")).lines().toList();

        assertThat(problems(parts(text))).extracting(Problem::toString).containsExactlyElementsOf(expected);
        assertThat(expected).as("must be refused").isNotEmpty();
    }

    private static Map<String, String> parts(String text) {
        Map<String, String> parts =
                new TreeMap<>(Map.of("draft.yml", GOOD_DRAFT, "params.yml", "", "given.json", "{}"));
        List<String> names =
                PART.matcher(text).results().map(match -> match.group(1)).toList();
        String[] contents = PART.split(text, -1);
        for (int i = 0; i < names.size(); i++) {
            parts.put(names.get(i), contents[i + 1]);
        }
        return parts;
    }

    /** First the draft and its declarations; only a good draft is trained from. */
    private static List<Problem> problems(Map<String, String> parts) {
        ModelDraft draft;
        try {
            draft = DraftReading.read(parts.get("draft.yml"), "draft.yml", parts.get("params.yml"), "params.yml", false)
                    .withSource(null);
        } catch (InvalidFile e) {
            return e.problems();
        }
        try {
            Request.Train train = (Request.Train) RequestCodec.decode("""
                    {"schema":"trainyard.request/v1","kind":"submit","jobId":"0198c2f4-6d0a-7c3b-9f51-3f0b6a1d2e4c",
                     "draft":"resnet18@1","params":{}}""".getBytes(StandardCharsets.UTF_8));
            draft.resolve(withParams(train, GivenJson.read(parts.get("given.json"))));
            return List.of();
        } catch (InvalidParameters e) {
            return e.problems();
        } catch (InvalidRequest e) {
            return e.problems();
        }
    }

    static Request.Train withParams(Request.Train train, Map<String, ParameterValue> params) {
        return new Request.Train(
                train.jobId(),
                new DraftRef("resnet18", 1),
                params,
                train.outputs(),
                train.name(),
                train.team(),
                train.submittedBy(),
                train.labels(),
                train.priority(),
                train.submittedAt(),
                train.gpus(),
                train.retry(),
                train.timeLimit(),
                train.gracePeriod(),
                train.notBefore());
    }
}
