package dev.trainyard.cli.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IgnoreRulesTest {

    /** The results of docker build with the same file. ';' stands for a newline. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            # rules                   | path                | ignored
            data                      | data                | true
            data                      | data/train.csv      | true
            data                      | src/data            | false
            data                      | database            | false
            /data                     | data/train.csv      | true
            ./data/                   | data/train.csv      | true
            src/../data               | data/train.csv      | true
            *.pyc                     | a.pyc               | true
            *.pyc                     | src/a.pyc           | false
            **/*.pyc                  | a.pyc               | true
            **/*.pyc                  | src/deep/a.pyc      | true
            **/__pycache__            | src/__pycache__/x   | true
            **/__pycache__            | __pycache__         | true
            src/**                    | src/a/b             | true
            src/**                    | src                 | false
            src/**/x                  | src/x               | true
            src/**/x                  | src/a/b/x           | true
            src/**/x                  | src/ax              | false
            *                         | anything/below      | true
            */temp*                   | a/temporary         | true
            */temp*                   | a/b/temporary       | false
            temp?                     | temps               | true
            temp?                     | temp                | false
            temp?                     | temp/               | false
            [a-c].txt                 | b.txt               | true
            [^a-c].txt                | b.txt               | false
            [a&&b].txt                | a.txt               | true
            a.txt                     | a-txt               | false
            a+(b)                     | a+(b)               | true
            \\*                       | *                   | true
            \\*                       | x                   | false
            *;!README.md              | README.md           | false
            *;!README.md              | LICENSE             | true
            !README.md;*              | README.md           | true
            *.md;!R*.md;README.md     | README.md           | true
            *;!src                    | src/a/b             | false
            *;!src;src/secret         | src/secret          | true
            docs;!docs/keep           | docs/keep/a         | false
            docs;!docs/keep           | docs/other          | true
            **;!**/*.py               | src/a.py            | false
            .                         | anything            | false
            **.pyc                    | a.pyc               | true
            **.pyc                    | src/deep/a.pyc      | true
            **secret                  | my_secret/x         | true
            **_key.pem                | tls/my_key.pem      | true
            **.p*                     | a.pyc               | false
            **.p*                     | src/.pyc            | true
            **/secret                 | my_secret           | false
            *;!**.py                  | src/a.py            | false
            src**                     | srcs/a              | true
            a**b                      | axb                 | false
            a**b                      | a/x/b               | true
            a**b                      | a/b                 | true
            a**b                      | ax/b                | true
            ?                         | 😀                  | true
            ??                        | 😀                  | false
            [😀]                      | 😀                  | true
            [[:alpha:]]a              | ba                  | true
            [[:alpha:]]a              | 1a                  | false
            [\\]\\-]                | -                   | true
            [^a]                      | 😀                  | true
            a]                        | a]                  | true
            # data;src                | data                | false
              data                    | data                | true
            "  ;;src"                 | src                 | true
            """)
    void paths_are_ignored_as_docker_build_ignores_them(String rules, String path, boolean ignored) {
        assertThat(IgnoreRules.parse(rules.replace(';', '\n')).ignores(path)).isEqualTo(ignored);
    }

    @Test
    void a_hash_starts_a_comment_only_at_the_start_of_a_line() {
        IgnoreRules rules = IgnoreRules.parse("# data\r\nsrc # not a comment\r\n");

        assertThat(rules.ignores("data")).isFalse();
        assertThat(rules.ignores("src # not a comment")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!", "!  ", "[a-", "a[", "[z-a]", "[]", "[]a]", "[-a]", "[a-]", "[*]", "a[?]", "[[:x:]]", "a\\", "a\\d",
                "[\\d]", "a|b*", "a^*", "a{2}*"
            })
    void an_invalid_pattern_is_refused_with_its_line(String line) {
        assertThatThrownBy(() -> IgnoreRules.parse("ok\n" + line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(line.strip());
    }

    @Test
    void a_no_break_space_at_the_end_of_a_line_is_no_part_of_the_pattern() {
        assertThat(IgnoreRules.parse("\u00A0data\u00A0\n").ignores("data")).isTrue();
    }

    /** A backtracking matcher would try every way to split such a name among the wildcards, and never finish. */
    @Test
    void many_wildcards_match_a_long_path_in_linear_time() {
        IgnoreRules rules =
                IgnoreRules.parse("*a".repeat(30) + "*b\n" + "**/*a".repeat(10) + "*b\n" + "*".repeat(1000) + "x");

        assertThat(rules.ignores("a".repeat(250))).isFalse();
        assertThat(rules.ignores("a/".repeat(2000) + "a")).isFalse();
        assertThat(rules.ignores("a".repeat(250) + "b")).isTrue();
    }
}
