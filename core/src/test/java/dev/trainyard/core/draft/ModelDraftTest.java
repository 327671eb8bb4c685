package dev.trainyard.core.draft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.Seeds;
import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec.Outputs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ModelDraftTest {

    private static final String DIGEST = "sha256:" + "0a".repeat(32);
    private static final String COMPOSE = """
            services:
              train:
                image: vision/resnet18
                container_name: of-the-file
                command: [python, main.py]
                labels: {kind: cnn}
                stop_grace_period: 1m
                volumes: ["/logs/default:/outputs", "/data:/data:ro"]
                deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 2}]}}}
            """;
    private static final String DECLARED = """
            lr: {type: float, required: true, max: 1}
            -b: {type: int, default: 064}
            amp: {type: bool, default: true}
            cudnn: {type: bool, default: true}
            optimizer: {type: choice, values: [sgd, adam], help: "how: it learns"}
            train_data: {type: path, default: /data/cifar}
            note: string
            """;

    @Test
    void fields_that_a_message_lacks_come_from_the_draft() {
        Request.Submit submit =
                draft(COMPOSE, DECLARED, null).resolve(train("\"params\": {\"lr\": 0.5, \"cudnn\": false}"));

        assertThat(submit.name()).isEqualTo("resnet18");
        assertThat(submit.image()).isEqualTo(new ImageSource.Reference("vision/resnet18", ImageSource.Pull.MISSING));
        assertThat(submit.run().program().command())
                .containsExactly(
                        "python", "main.py", "--lr", "0.5", "-b", "064", "--amp", "--train_data", "/data/cifar");
        assertThat(submit.run().storage().outputs()).isEqualTo(new Outputs("/outputs", "/logs/default"));
        assertThat(submit.gpus()).isEqualTo(new Gpus.Count(2, null, null));
        assertThat(submit.gracePeriod()).isEqualTo(Duration.ofMinutes(1));
        assertThat(submit.labels()).isEqualTo(Map.of("kind", "cnn"));
    }

    @Test
    void fields_of_a_message_take_precedence_over_the_draft() {
        Request.Submit submit = draft(COMPOSE, DECLARED, null).resolve(train("""
                "params": {"lr": 0.5}, "name": "mine", "outputs": {"location": "/logs/run-7"}, "gpus": {"count": 1},
                "gracePeriod": "5s", "labels": {"a": "b"}, "priority": 700, "retry": {"maxAttempts": 3}, "timeLimit": "8h" """));

        assertThat(submit.name()).isEqualTo("mine");
        assertThat(submit.run().storage().outputs()).isEqualTo(new Outputs("/outputs", "/logs/run-7"));
        assertThat(submit.run().storage().mounts()).hasSize(1);
        assertThat(submit.gpus()).isEqualTo(new Gpus.Count(1, null, null));
        assertThat(submit.gracePeriod()).isEqualTo(Duration.ofSeconds(5));
        assertThat(submit.labels()).isEqualTo(Map.of("kind", "cnn", "a", "b"));
        assertThat(submit.priority()).isEqualTo(700);
        assertThat(submit.retry().maxAttempts()).isEqualTo(3);
        assertThat(submit.timeLimit()).isEqualTo(Duration.ofHours(8));
    }

    @Test
    void a_draft_with_a_source_is_built_from_it() {
        String built = "services: {train: {build: {context: ., target: train}, image: vision/resnet18, command: []}}";

        assertThat(draft(built, "", DIGEST).resolve(train("\"params\": {}")).image())
                .isEqualTo(new ImageSource.Build(DIGEST, "Dockerfile", Map.of(), "train", "vision/resnet18"));
    }

    @Test
    void the_filled_in_text_is_the_one_that_runs() {
        ModelDraft draft = draft(COMPOSE, DECLARED, null);
        Map<String, ParameterValue> params =
                Map.of("lr", new ParameterValue.Text("1e-3"), "--note", new ParameterValue.Text("cost: 3$ $HOME"));

        String filled = draft.fill(params);

        assertThat(ComposeResolver.resolve(filled, "filled.yml", ComposeOptions.NONE)
                        .run())
                .isEqualTo(draft.resolve(DraftCorpusTest.withParams(train("\"params\": {}"), params))
                        .run());
    }

    @Test
    void declarations_are_stored_as_json_and_read_back_as_they_were() {
        ParameterDeclarations declarations = ParameterDeclarations.read(DECLARED, "params.yml");

        assertThat(ParameterDeclarations.ofJson(declarations.toJson())).isEqualTo(declarations);
    }

    @Test
    void equal_content_has_an_equal_digest_and_no_other() {
        assertThat(List.of(
                        draft(COMPOSE, DECLARED, null).digest(),
                        draft(COMPOSE + "\n", DECLARED, null).digest(),
                        draft(COMPOSE, "", null).digest(),
                        draft(COMPOSE, DECLARED, DIGEST).digest()))
                .doesNotHaveDuplicates();
        assertThat(draft(COMPOSE, DECLARED, null).digest())
                .isEqualTo(draft(COMPOSE, "# said again\n" + DECLARED, null).digest());
    }

    @Test
    void any_input_becomes_a_valid_message_or_is_refused() {
        List<ModelDraft> drafts = List.of(draft(COMPOSE, DECLARED, null), draft(COMPOSE, "", null));
        String[] names = {
            "lr", "--lr", "-b", "b", "amp", "optimizer", "train_data", "note", "", "-", "--", "a b", "\0", "x=y", "漢"
        };
        String[] texts = {
            "",
            "0.1",
            "1e400",
            "-1",
            "sgd",
            "/data",
            "~",
            "true",
            "\0",
            "\ud800",
            "a\nb",
            "$x",
            "9".repeat(60),
            "x".repeat(200_000)
        };
        Seeds.each(2000, seed -> {
            Random random = new Random(seed);
            Map<String, ParameterValue> params = new LinkedHashMap<>();
            for (int i = random.nextInt(5); i > 0; i--) {
                String text = texts[random.nextInt(texts.length)];
                params.put(
                        names[random.nextInt(names.length)],
                        switch (random.nextInt(4)) {
                            case 0 -> new ParameterValue.Flag(random.nextBoolean());
                            case 1 -> new ParameterValue.Numeric(Integer.toString(random.nextInt(5)));
                            default -> new ParameterValue.Text(text);
                        });
            }
            Request.Train train = DraftCorpusTest.withParams(train("\"params\": {}"), params);
            try {
                Request.Submit submit = drafts.get(random.nextInt(2)).resolve(train);
                assertThat(RequestCodec.decode(RequestCodec.encode(submit))).isEqualTo(submit);
            } catch (InvalidParameters e) {
                assertThat(e.problems()).isNotEmpty();
            } catch (InvalidRequest e) {
                assertThat(e.problems()).isNotEmpty();
            }
        });
    }

    private static ModelDraft draft(String compose, String declared, @Nullable String source) {
        return DraftReading.read(compose, "draft.yml", declared, "params.yml", source != null)
                .withSource(source);
    }

    private static Request.Train train(String more) {
        return (Request.Train) RequestCodec.decode("""
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "0198c2f4-6d0a-7c3b-9f51-3f0b6a1d2e4c",
                 "draft": "resnet18@1", %s}""".formatted(more).getBytes(StandardCharsets.UTF_8));
    }
}
