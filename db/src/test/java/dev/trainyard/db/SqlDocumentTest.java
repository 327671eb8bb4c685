package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.training.ImageSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The questions of docs/sql.md, asked as its readers ask them. */
class SqlDocumentTest {

    private static final Pattern QUESTION = Pattern.compile(
            "### (?<title>.+?)\\n.*?```sql\\n(?<query>.+?)```\\n\\n```text\\n(?<header>.+?)\\n(?<example>.+?)\\n```",
            Pattern.DOTALL);

    private final Yard yard = new Yard();

    /** @param columns of the example beside the query */
    record Question(String title, String query, List<String> columns) {
        @Override
        public String toString() {
            return title;
        }
    }

    static List<Question> questions() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "sql.md"));
        return QUESTION.matcher(document)
                .results()
                .map(SqlDocumentTest::question)
                .toList();
    }

    private static Question question(MatchResult match) {
        return new Question(
                match.group("title"),
                match.group("query"),
                Arrays.stream(match.group("header").split("\\|"))
                        .map(String::strip)
                        .toList());
    }

    @BeforeEach
    void a_week_of_work() {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(2));
        JobId resnet = yard.submit(ARequest.named("resnet50")
                .team("vision")
                .by("ada")
                .gpus(1)
                .maxAttempts(2)
                .image(new ImageSource.Build("sha256:" + "0a".repeat(32), "Dockerfile", Map.of(), null, null)));
        AttemptId failed = yard.collecting(me, resnet, Yard.EXIT_1);
        yard.attempts.ended(me, failed, yard.end(Cause.PROGRAM_ERROR, resnet));
        yard.update("update trainyard.job set not_before = null");
        AttemptId completed = yard.collecting(me, resnet, Yard.EXIT_0);
        new OutputStore(yard.database)
                .record(
                        completed,
                        List.of(new OutputStore.OutputFile(
                                "checkpoints/last.pt", "CHECKPOINT", 98 << 20, "0a".repeat(32), Instant.now())),
                        List.of(new OutputStore.Scalar("train", "loss", 100, 0.412, Instant.now())),
                        List.of());
        yard.attempts.ended(me, completed, yard.end(Cause.COMPLETED, resnet));
        yard.running(
                me,
                yard.submit(ARequest.named("digits").team("vision").by("bob").gpus(1)));
        yard.submit(ARequest.named("bert-big").team("nlp").by("ada").gpus(2));
        yard.plan();
    }

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void there_are_ten_questions() throws IOException {
        assertThat(questions()).extracting(Question::title).hasSize(10).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("questions")
    void each_is_answered_to_the_reader_with_the_columns_that_the_document_shows(Question question) {
        HistorySql.Result answer = new HistorySql(yard.url).query(question.query());

        assertThat(answer.rows()).isNotEmpty();
        assertThat(answer.columns()).isEqualTo(question.columns());
    }

    @Test
    void the_answer_about_the_waiting_job_is_the_one_in_the_document() throws IOException {
        Question waiting = questions().getLast();

        assertThat(new HistorySql(yard.url).query(waiting.query()).rows())
                .singleElement()
                .asString()
                .contains("bert-big", "waiting for gpu-1: 1 of 2 devices is free, 2 wanted");
    }
}
