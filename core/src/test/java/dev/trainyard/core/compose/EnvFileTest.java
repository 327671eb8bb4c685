package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Notice;
import dev.trainyard.core.reading.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What these files become is what {@code docker compose config} shows of them; in the tables {@code ~} is a line's end. */
class EnvFileTest {

    private static final Map<String, String> OUTSIDE = Map.of("SHELL", "shell", "HOME", "/home/ada");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        A=1                   | 1
        export A=1            | 1
        A: 1                  | 1
        A = 1                 | 1
        A=                    | ``
        A=a b  # why          | a b
        A=a#b                 | a#b
        A=#b                  | #b
        A= #b                 | #b
        A="a # b" # why       | a # b
        A="a#b"#why           | a#b
        A='it\\'s $HOME'      | it's $HOME
        A="\\$HOME=$HOME"     | $HOME=/home/ada
        A="${NONE:-x}"        | x
        A="${SHELL:-{\\"a\\":1}}" | shell
        A=pa$$word            | pa$word
        A=pa$                 | pa$
        A=$1^                 | $1^
        A="\\0101\\x41\\u0041\\q" | A\\x41\\u0041\\q
        A='a\\nb'             | a\\nb
        SHELL=mine~A=$SHELL   | shell
        B=mine~A=$B           | mine
        A=1~A=2               | 2
        """)
    void values_are_read_as_compose_reads_them(String text, String value) {
        assertThat(read(text.replace('~', '\n') + "\nHOME\n"))
                .containsEntry("A", value)
                .containsEntry("HOME", "/home/ada");
    }

    @Test
    void names_have_letters_and_digits_of_any_script_dashes_and_brackets() {
        assertThat(read("my-key=1\na.b[0]=2\n1x=3\nгруппа=4"))
                .containsExactly(
                        Map.entry("my-key", "1"),
                        Map.entry("a.b[0]", "2"),
                        Map.entry("1x", "3"),
                        Map.entry("группа", "4"));
    }

    @Test
    void text_after_a_quoted_value_in_its_line_is_the_next_variable() {
        assertThat(read("A=\"x\" B=2\nC='' D: \"3\""))
                .containsExactly(Map.entry("A", "x"), Map.entry("B", "2"), Map.entry("C", ""), Map.entry("D", "3"));
    }

    @Test
    void quoted_values_span_lines_and_keep_their_carriage_returns() {
        assertThat(read("A=\"x\r\ny\\nz\"\r\nB=2\r\nHOME\r\n"))
                .containsExactly(Map.entry("A", "x\r\ny\nz"), Map.entry("B", "2"), Map.entry("HOME", "/home/ada"));
    }

    @Test
    void escapes_within_double_quotes_are_those_of_a_shell() {
        assertThat(read("A=\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\\c\"")).containsEntry("A", "\u0007\b\f\n\r\t\u000B\\\"\\c");
    }

    @Test
    void no_break_spaces_are_white_space() {
        assertThat(read("\u00A0A\u00A0=\u00A0x\u2003\u0085")).containsExactly(Map.entry("A", "x"));
    }

    @Test
    void a_name_without_a_value_may_be_the_last_word_of_the_file() {
        assertThat(read("HOME")).containsExactly(Map.entry("HOME", "/home/ada"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        A B=1          | x.env:1: is not a line of the form NAME=VALUE
        =1             | x.env:1: is not a line of the form NAME=VALUE
        A=1~@B=2       | x.env:2: is not a line of the form NAME=VALUE
        A="a""b"       | x.env:1: is not a line of the form NAME=VALUE
        A=1~B="        | x.env:2: a quote is not closed
        A=1~~B=${U:?say it} | x.env:3: needs the variable U: say it
        A=pa${ss       | x.env:1: a ${ is not closed in its line
        A="\\0000"     | x.env:1: 'A' contains NUL
        """)
    void text_that_compose_refuses_is_refused_at_its_line(String text, String problem) {
        assertThatThrownBy(() -> read(text.replace('~', '\n')))
                .isInstanceOfSatisfying(
                        InvalidFile.class,
                        refused -> assertThat(refused.problems())
                                .singleElement()
                                .asString()
                                .startsWith(problem));
    }

    @Test
    void variables_without_a_value_are_reported_with_their_place() {
        Report report = new Report();

        EnvFile.read("A=1\n B=$NONE\nHERE\n", "x.env", OUTSIDE, new LinkedHashMap<>(), report);

        assertThat(report.notices())
                .extracting(Notice::toString)
                .containsExactly(
                        "x.env:2:4 B: the variable NONE is not set and becomes empty",
                        "x.env:3:1 HERE: has no value here or in your environment, so it is not set");
    }

    @Test
    void a_file_names_what_the_submitter_the_service_and_earlier_files_have_in_this_order() {
        Map<String, String> files = Map.of(
                ".env", "DATA=/dot\nTRAIN=${DATA}/train\n",
                "1.env", "DATA=/one\nMINE=/one\nFIRST=/one\n",
                "2.env", "A=$DATA $MINE $FIRST\nDATA=/two\nFIRST=/two\nB=$DATA $MINE $FIRST\n");
        ComposeOptions options = new ComposeOptions(
                null, Map.of("DATA", "/shell"), path -> Optional.ofNullable(files.get(path)), List.of(), false);

        Map<String, String> environment = ComposeResolver.resolve(
                        "services: {t: {image: x, env_file: [1.env, 2.env], environment: {MINE: /own, T: $TRAIN}}}",
                        "train.yml",
                        options)
                .run()
                .program()
                .environment();

        assertThat(environment)
                .containsEntry("T", "/shell/train")
                .containsEntry("A", "/shell /own /one")
                .containsEntry("B", "/shell /own /two")
                .containsEntry("DATA", "/two")
                .containsEntry("MINE", "/own");
    }

    private static Map<String, String> read(String text) {
        Report report = new Report();
        Map<String, String> variables = new LinkedHashMap<>();
        EnvFile.read(text, "x.env", OUTSIDE, variables, report);
        report.refuseProblems();
        return variables;
    }
}
