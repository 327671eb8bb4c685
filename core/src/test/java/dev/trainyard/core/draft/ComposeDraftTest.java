package dev.trainyard.core.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.training.Parameter;
import dev.trainyard.core.training.TrainingSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComposeDraftTest {

    private static final List<Parameter> PARAMETERS =
            List.of(new Parameter("lr", "0.1"), new Parameter("--train_data", "my data/x"));

    @Test
    void a_block_list_gets_the_words_as_further_lines_and_nothing_else_changes() {
        String filled = fill("""
                # a comment that stays
                version:   "3"          # odd spacing that stays
                services:
                  train:
                    command:
                      - python   # the interpreter
                      - 'main.py'  # the program

                    image: busybox
                """);

        assertThat(filled).isEqualTo("""
                # a comment that stays
                version:   "3"          # odd spacing that stays
                services:
                  train:
                    command:
                      - python   # the interpreter
                      - 'main.py'  # the program
                      - "--lr"
                      - "0.1"
                      - "--train_data"
                      - "my data/x"

                    image: busybox
                """);
    }

    @Test
    void every_command_wherever_nested_is_filled_in_once() {
        String filled = fill("""
                x-base: &base
                  command: &words [python, main.py]
                model:
                  a:
                    <<: *base
                    environment: {command: mine}
                  b: {command: run it, image: busybox}
                  c:
                    command: *words
                """);

        assertThat(filled).isEqualTo("""
                x-base: &base
                  command: &words [python, main.py, "--lr", "0.1", "--train_data", "my data/x"]
                model:
                  a:
                    <<: *base
                    environment: {command: mine}
                  b: {command: "run it --lr 0.1 --train_data 'my data/x'", image: busybox}
                  c:
                    command: ["python", "main.py", "--lr", "0.1", "--train_data", "my data/x"]
                """);
    }

    @Test
    void of_several_services_only_the_one_that_trains_is_filled_in() {
        String draft = """
                services:
                  train:
                    image: busybox
                    gpus: all
                    command: [main.py]
                  tb: {image: busybox, command: [tensorboard, --logdir, /logs]}
                """;

        assertThat(fill(draft))
                .isEqualTo(draft.replace("[main.py]", "[main.py, \"--lr\", \"0.1\", \"--train_data\", \"my data/x\"]"));
        assertThat(ComposeDraft.fill(draft, "draft.yml", PARAMETERS, "tb", Map.of()))
                .isEqualTo(draft.replace("/logs]", "/logs, \"--lr\", \"0.1\", \"--train_data\", \"my data/x\"]"));
        assertThatThrownBy(() -> fill(draft.replace("    gpus: all\n", "")))
                .isInstanceOf(InvalidFile.class)
                .hasMessageContaining("several services (train, tb), and none reserves a GPU. Name the one");
    }

    /** The services of which {@code a} trains; each must then be what it was, but for the words that {@code a} gets. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "services:\n  a: {image: busybox, gpus: all, command: &c [x, y]}\n  b: {image: busybox, command: *c}\n",
                "services:\n  b: {image: busybox, command: &c [x, y]}\n  a: {image: busybox, gpus: all, command: *c}\n",
                "services:\n  a: {image: busybox, gpus: all, command: &c x y}\n  b: {image: busybox, command: *c}\n",
                "x-c: &c [x, y]\nservices:\n  a: {image: busybox, gpus: all, command: *c}\n  b: {image: busybox, command: *c}\n",
                "x-b: &b\n  image: busybox\n  command: [x, y]\nservices:\n  a:\n    <<: *b\n    gpus: all\n  b: *b\n",
                "x-b: &b {image: busybox, command: [x, y]}\nservices:\n  a: {<<: *b, gpus: all}\n  b:\n    <<: *b\n",
                "services:\n  a: &a\n    image: busybox\n    gpus: all\n    command:\n      - x\n      - y\n  b:\n    <<: *a\n    gpus: !reset null\n",
                "services:\r\n  a: &a # it trains\r\n    gpus: all\r\n    image: busybox\r\n    command: &w\r\n    - x\r\n    - y\r\n  b:\r\n    image: busybox\r\n    command: *w\r\n",
                "services:\n  b: {image: busybox, command: [x, y]}\n  a:\n    extends: b\n    gpus: all\n",
            })
    void a_command_that_another_service_shares_is_unchanged_there(String draft) {
        String filled = ComposeDraft.fill(draft, "draft.yml", PARAMETERS, "a", Map.of());

        assertThat(command(filled, "a")).containsExactly("x", "y", "--lr", "0.1", "--train_data", "my data/x");
        assertThat(command(filled, "b")).containsExactly("x", "y");
    }

    private static List<String> command(String text, String service) {
        return ComposeResolver.resolve(
                        text, "filled.yml", new ComposeOptions(service, Map.of(), TextFiles.NONE, List.of(), false))
                .run()
                .program()
                .command();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "command: >-\r\n  x\r\n  y\r\n",
                "command:\r\n  - x\r\n",
                "command: [x]\r\n",
                "command:\r\nx: 1\r\n"
            })
    void line_ends_stay_those_of_the_file(String draft) {
        assertThat(fill(draft).replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        command: []                 | command: ["--lr", "0.1", "--train_data", "my data/x"]
        command:                    | command: ["--lr", "0.1", "--train_data", "my data/x"]
        command: main.py # why      | command: "main.py --lr 0.1 --train_data 'my data/x'" # why
        command: 'say "hi"'         | command: "say \\"hi\\" --lr 0.1 --train_data 'my data/x'"
        command: [ python, main.py ] | command: [ python, main.py, "--lr", "0.1", "--train_data", "my data/x" ]
        {"command": ["😀"]}         | {"command": ["😀", "--lr", "0.1", "--train_data", "my data/x"]}
        """)
    void each_spelling_of_a_command_is_filled_in(String draft, String filled) {
        assertThat(fill(draft)).isEqualTo(filled);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "services:\n  train:\n    image: busybox\n    command: >-\n      main.py\n      --x 1\n    tty: true\n",
                "services:\n  train:\n    image: busybox\n    command: |\n      main.py --x 1\n\n    tty: true\n",
                "services:\n  train:\n    image: busybox\n    command: [main.py, '--x',\n      '1']\n    tty: true",
                "services:\n  train:\n    image: busybox\n    tty: true\n    command:\n    - main.py\n    - --x\n    - '1'",
                "services:\r\n  train:\r\n    image: busybox\r\n    command:\r\n      - main.py\r\n      - --x\r\n      - '1'\r\n    tty: true\r\n",
                "services:\n  train:\n    image: busybox\n    command:\n      - main.py\n      - --x\n      - >-\n        1\n    tty: true\n",
                "services:\n  train:\n    image: busybox\n    command: main.py\n      --x\n      1\n    tty: true\n",
            })
    void the_filled_in_text_reads_as_the_draft_with_the_same_parameters(String draft) {
        TrainingSpec filled = ComposeResolver.resolve(fill(draft), "filled.yml", ComposeOptions.NONE);

        assertThat(filled.run().program().command())
                .containsExactly("main.py", "--x", "1", "--lr", "0.1", "--train_data", "my data/x");
        assertThat(filled.run().program().tty()).isTrue();
        assertThat(ComposeResolver.resolve(draft, "draft.yml", with(PARAMETERS)).run())
                .isEqualTo(filled.run());
    }

    @Test
    void a_dollar_in_a_value_is_not_a_variable_in_the_result() {
        List<Parameter> parameters = List.of(new Parameter("tag", "$HOME ${X} $$"));
        for (String command : List.of("[main.py]", "main.py")) {
            String draft = "services: {train: {image: busybox, command: %s}}".formatted(command);

            String filled = ComposeDraft.fill(draft, "draft.yml", parameters);

            assertThat(ComposeResolver.resolve(filled, "filled.yml", ComposeOptions.NONE)
                            .run()
                            .program()
                            .command())
                    .containsExactly("main.py", "--tag", "$HOME ${X} $$");
        }
    }

    @Test
    void a_flag_is_its_name_alone() {
        assertThat(ComposeDraft.fill("command: [main.py]", "draft.yml", List.of(new Parameter("amp", null))))
                .isEqualTo("command: [main.py, \"--amp\"]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "services: {train: {image: busybox}}",
                "services:\n  train:\n    image: busybox\n    entrypoint: [python, main.py]\n",
                "services:\n  train: # it trains\n    # an image\n    image: busybox",
                "services:\r\n  train:\r\n    image: busybox\r\n    tty: true\r\n",
                "x-b: &b\n  image: busybox\nservices:\n  train:\n    <<: *b\n",
                "x-b: &b {image: busybox}\nservices:\n  train: *b\n",
                "x-notes: {command: [x]}\nservices:\n  train: {image: busybox}\n",
                "services:\n  train: {image: busybox, gpus: all}\n  tb: {image: busybox, command: [tensorboard]}\n",
                "services:\n  train: {image: busybox, gpus: all}\n  tb: {image: busybox}\n",
                "services:\n  base: {image: busybox}\n  train: {extends: base, gpus: all}\n",
            })
    void without_any_command_the_words_become_that_of_the_service_that_trains(String draft) {
        TrainingSpec filled = ComposeResolver.resolve(fill(draft), "filled.yml", ComposeOptions.NONE);

        assertThat(filled.run().program().command()).containsExactly("--lr", "0.1", "--train_data", "my data/x");
        assertThat(ComposeResolver.resolve(draft, "draft.yml", with(PARAMETERS)).run())
                .isEqualTo(filled.run());
        assertThat(ComposeDraft.fill(draft, "draft.yml", List.of())).isEqualTo(draft);
    }

    @Test
    void a_command_of_another_file_is_not_replaced() {
        assertThatThrownBy(
                        () -> fill("services:\n  train: {extends: {file: base.yml, service: train}, image: busybox}\n"))
                .isInstanceOf(InvalidFile.class)
                .hasMessage("draft.yml:2:3 services.train: may inherit its command from another file,"
                        + " to which parameters are not appended. Write the command here.");
    }

    @Test
    void a_text_that_has_neither_a_command_nor_a_service_is_refused() {
        assertThatThrownBy(() -> fill("model: {image: busybox}"))
                .isInstanceOf(InvalidFile.class)
                .hasMessage("draft.yml:1:1: the file has neither a command to which parameters can be appended"
                        + " nor a service that can get one. Write services: and at least one service.");
    }

    @Test
    void without_a_command_the_parameters_go_to_the_entrypoint() {
        TrainingSpec spec =
                ComposeResolver.resolve("services: {train: {image: busybox}}", "draft.yml", with(PARAMETERS));

        assertThat(spec.run().program().command()).containsExactly("--lr", "0.1", "--train_data", "my data/x");
        assertThat(spec.notices()).singleElement().asString().contains("instead of the image's CMD");
    }

    @Test
    void parameters_are_written_with_or_without_dashes_and_values_may_hold_anything() {
        assertThat(Parameter.parse("lr=0.1").words()).containsExactly("--lr", "0.1");
        assertThat(Parameter.parse("--lr=").words()).containsExactly("--lr", "");
        assertThat(Parameter.parse("-b=a=b").words()).containsExactly("-b", "a=b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lr", "=1", "a b=1", "---x=1", "--=1", "x=a\0b"})
    void other_text_is_not_a_parameter(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Parameter.parse(text));
    }

    private static String fill(String draft) {
        return ComposeDraft.fill(draft, "draft.yml", PARAMETERS);
    }

    private static ComposeOptions with(List<Parameter> parameters) {
        return new ComposeOptions(null, Map.of(), TextFiles.NONE, parameters, false);
    }
}
