package dev.trainyard.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ControlCharactersTest {

    @ParameterizedTest
    @MethodSource
    void control_characters_are_escaped_and_other_text_stays(String text, String shown) {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        try (PrintStream out = ControlCharacters.shownTo(new PrintStream(terminal, true, StandardCharsets.UTF_8))) {
            out.print(text + "\n\tend");
        }

        assertThat(terminal.toString(StandardCharsets.UTF_8)).isEqualTo(shown + "\n\tend");
        assertThat(ControlCharacters.shown(text)).isEqualTo(shown);
    }

    private static Stream<Arguments> control_characters_are_escaped_and_other_text_stays() {
        return Stream.of(
                arguments("\u001b]0;title\u0007", "\\x1b]0;title\\x07"),
                arguments("a\rb", "a\\x0db"),
                arguments("a\u009b2Jb", "a\\x9b2Jb"),
                arguments("a\u007fb\u0000", "a\\x7fb\\x00"),
                arguments("a\u202eb\u200b\u2028\u00ad", "a\\u202eb\\u200b\\u2028\\xad"),
                arguments("a\udb40\udc01b", "a\\U000e0001b"),
                arguments("é ½ Â 中 𝄞", "é ½ Â 中 𝄞"));
    }
}
