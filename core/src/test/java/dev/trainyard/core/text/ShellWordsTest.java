package dev.trainyard.core.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("", List.of()),
                Arguments.of("  a  b\tc\nd ", List.of("a", "b", "c", "d")),
                Arguments.of("a 'b c' \"d e\"", List.of("a", "b c", "d e")),
                Arguments.of("--x='a b'\"c\"", List.of("--x=a bc")),
                Arguments.of("'' \"\" x", List.of("", "", "x")),
                Arguments.of("a\\ b \\\"c", List.of("a b", "\"c")),
                Arguments.of("'a\\b' \"a\\\"b\"", List.of("a\\b", "a\"b")),
                Arguments.of("\"it's\" 'say \"hi\"'", List.of("it's", "say \"hi\"")),
                Arguments.of("\"a\\nb\"", List.of("a\nb")),
                Arguments.of("'a && b' \"$(date); x\"", List.of("a && b", "$(date); x")));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void a_command_is_split_as_compose_splits_it(String text, List<String> words) {
        assertThat(ShellWords.split(text)).isEqualTo(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a && b", "a; b", "a | b", "a > b", "a < b", "$(date)", "`date`", "'a", "\"a", "a\\"})
    void a_command_that_compose_would_truncate_refuse_or_pass_without_a_shell_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ShellWords.split(text));
    }

    @Test
    void quoted_words_read_back_as_they_were() {
        for (String word : List.of("", "plain", "a b", "it's", "\"", "$x", "a;b", "*", "~", "ü")) {
            assertThat(ShellWords.split(ShellWords.quote(word))).containsExactly(word);
        }
        assertThat(ShellWords.quote("device=0,2")).isEqualTo("device=0,2");
    }
}
