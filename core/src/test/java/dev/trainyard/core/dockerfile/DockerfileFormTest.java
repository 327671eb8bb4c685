package dev.trainyard.core.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerfileFormTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FROM a;RUNN x                 | line 2 has the instruction RUNN, which no engine knows. Did you mean RUN? Correct it.
            FROM a;{                      | line 2 has the instruction {, which no engine knows
            RUN x;FROM a                  | line 1 has RUN before any FROM
            FROM                          | line 1 has FROM with neither one nor three words
            FROM a b                      | line 1 has FROM with neither one nor three words
            FROM a to b                   | line 1 has FROM with neither one nor three words
            FROM a AS b-$TARGETARCH       | line 1 has the name 'b-$TARGETARCH' of a stage
            FROM a AS 1b                  | line 1 has the name '1b' of a stage
            FROM a;ENV                    | line 2 has ENV with nothing after it
            FROM a;COPY --from=b          | line 2 has COPY with nothing after it
            FROM a;COPY x                 | line 2 has COPY without a destination
            """)
    void text_that_no_engine_parses_is_refused_with_its_line(String text, String message) {
        assertThatThrownBy(() -> DockerfileForm.read(text.replace(';', '\n'), null))
                .isInstanceOf(UnreadableDockerfile.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ARG A;FROM $A",
                "from a as B_1.x-y;run x;COPY [\"x\", \"/y\"];cmd",
                "FROM a;ONBUILD RUN x;ENTRYPOINT []",
                "",
                "FROM a AS t;FROM b;RUNN"
            })
    void text_that_an_engine_parses_is_read(String text) {
        assertThat(DockerfileForm.read(text.replace(';', '\n'), "t")).isNotNull();
    }
}
