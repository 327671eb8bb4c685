package dev.trainyard.core.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerfileInstructionTest {

    @Test
    void instructions_are_read_with_their_continued_lines_and_without_comments() {
        assertThat(read("""
                # syntax=docker/dockerfile:1

                from  busybox   as base
                RUN one && \\
                  # in between

                  two \\\s\s
                  three
                \tCOPY --from=x --chown="1 1":1 a\\
                b
                USER \\
                """))
                .containsExactly(
                        new DockerfileInstruction(3, "FROM", List.of(), "busybox   as base"),
                        new DockerfileInstruction(4, "RUN", List.of(), "one &&   two   three"),
                        new DockerfileInstruction(9, "COPY", List.of("--from=x", "--chown=1 1:1"), "ab"),
                        new DockerfileInstruction(11, "USER", List.of(), ""));
    }

    @Test
    void common_dockerfiles_are_read() {
        assertThat(read("""
                \uFEFF# Größe\u00a0in Zeichen: \u3000
                FROM --platform="$BUILDPLATFORM" busybox\r
                LABEL name="日本語 \u00a0 \uD83D\uDE00" x=it's
                RUN apt-get install \\\r
                    # — a comment\r
                    curl\r
                RUN echo $((1<<20)) "a << b" '<<EOF' "\\" <<EOF" && cat <<< x && \\
                    echo "${A:-b} << c"
                RUN printf 'a\\n\\
                b' > é
                HEALTHCHECK --interval=5m --timeout='3s' CMD true
                COPY ["ä b", "/x"]
                CMD ["sh", "-c", "cat <<EOF"]
                """))
                .extracting(DockerfileInstruction::word)
                .containsExactly("FROM", "LABEL", "RUN", "RUN", "RUN", "HEALTHCHECK", "COPY", "CMD");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', commentCharacter = '%', textBlock = """
            FROM a\\fb                       | 1 | control character U+000C
            FROM a;# x\\u000bb               | 2 | control character U+000B
            FROM a;RUN b \\r                  | 2 | control character U+000D
            FROM a;RUN b\\r\\r;               | 2 | control character U+000D
            FROM a;RUN b\\u0085              | 2 | control character U+0085
            FROM a;RUN b\\u0000              | 2 | control character U+0000
            FROM a;\\u00a0ADD x /y           | 2 | space U+00A0 at its beginning
            FROM a;  \\u3000# x              | 2 | space U+3000 at its beginning
            FROM a;RUN b \\\\u00a0            | 2 | space U+00A0 at its end
            FROM a;RUN b \\\\u2003 ;ADD c /d  | 2 | space U+2003 at its end
            FROM a;RUN b \\\\;ADD c /d        | 2 | two '\\' at its end
            # escape=`;FROM a;RUN b ``;USER c | 3 | two '`' at its end
            FROM a\\u00a0b                   | 1 | U+00A0 in FROM
            FROM a;ADD \\u2003b /c            | 2 | U+2003 among the words of ADD
            FROM a;ADD \\u2003\\u2003b /c      | 2 | U+2003 among the words of ADD
            FROM a;ADD --chown=0 \\u1680b /c  | 2 | U+1680 among the words of ADD
            FROM a;ADD b\\u3000c /d           | 2 | U+3000 among the words of ADD
            FROM a;ADD \\uFEFFb /c            | 2 | U+FEFF among the words of ADD
            FROM a;ADD \\u00a0["b","/c"]      | 2 | U+00A0 among the words of ADD
            FROM a;ONBUILD ADD \\u2003b /c    | 2 | U+2003 among the words of ADD
            FROM a;COPY \\u2003--from=b c /d  | 2 | U+2003 among the words of COPY
            ARG \\u2003a=b;FROM $a            | 1 | U+2003 among the words of ARG
            FROM a;RUN \\u2003--network=host  | 2 | U+2003 among the words of RUN
            FR\\u00a0OM a                    | 1 | U+00A0 in the name of an instruction
            FROM a;ONBU\\u0130LD ADD b /c    | 2 | U+0130 in the name of an instruction
            FROM a;ONBUILD \\uFEFFADD b /c   | 2 | U+FEFF in the name of an instruction
            FROM a;ONBUILD # x              | 2 | ONBUILD without an instruction
            FROM a;ONBUILD                  | 2 | ONBUILD without an instruction
            FROM a;COPY --from=\\x b /c      | 2 | '\\' in a flag
            FROM a;COPY --from=x` b /c      | 2 | '`' in a flag
            FROM a;COPY --from="x b /c      | 2 | an unclosed quote
            FROM a;COPY --chown=\\u00e0 b /c | 2 | U+00E0 in a flag
            FROM a;ONBUILD ADD --x=' b /c   | 2 | an unclosed quote
            FROM a;RUN <<EOF;b;EOF          | 2 | here-document
            FROM a;RUN cat 3<<-'x\\';x\\;b    | 2 | here-document
            FROM a;RUN true;COPY << b /c    | 3 | here-document
            FROM a;ONBUILD RUN "a" <<b      | 2 | here-document
            FROM a;RUN ${x:-a <<b}          | 2 | here-document
            FROM a;RUN "${x:-'"'}" <<E "${x:-'"'}" | 2 | here-document
            # check=x;# escape=`;FROM a     | 2 | escape directive
            # escape=`;# escape=`;FROM a    | 2 | escape directive
            # escape=x;FROM a               | 1 | escape directive
            #\\u00a0escape=`;FROM a          | 1 | escape directive
            #\\u00a0syntax=x;# escape=`      | 2 | escape directive
            # syntax=;# escape=`;FROM a     | 2 | escape directive
            """)
    void text_that_engines_parse_differently_is_refused_with_its_line(String text, int line, String what) {
        String dockerfile = unescaped(text).replace(';', '\n');

        assertThatThrownBy(() -> read(dockerfile))
                .isInstanceOf(UnreadableDockerfile.class)
                .hasMessageStartingWith("line %d has ".formatted(line))
                .hasMessageContaining(what)
                .message()
                .matches("(?s).*\\. [A-Z].*\\.");
    }

    private static List<DockerfileInstruction> read(String text) {
        return DockerfileInstruction.of(text, null);
    }

    @Test
    void text_after_the_stage_to_build_is_not_read() {
        String text = "FROM a AS b\nRUN c\nFROM d AS E\nRUN f\nFROM g AS e\nRUN <<EOF\nh\nEOF\n";

        assertThat(DockerfileInstruction.of(text, "e"))
                .extracting(DockerfileInstruction::arguments)
                .containsExactly("a AS b", "c", "d AS E", "f");
        assertThatThrownBy(() -> DockerfileInstruction.of(text, "none")).hasMessageStartingWith("line 6 has");
        assertThatThrownBy(() -> DockerfileInstruction.of(text, null)).hasMessageStartingWith("line 6 has");
    }

    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            if (text.startsWith("\\u", at)) {
                out.append((char) Integer.parseInt(text.substring(at + 2, at + 6), 16));
                at += 5;
            } else if (text.startsWith("\\f", at) || text.startsWith("\\r", at)) {
                out.append(text.charAt(at + 1) == 'f' ? '\f' : '\r');
                at++;
            } else {
                out.append(text.charAt(at));
            }
        }
        return out.toString();
    }

    @Test
    void another_escape_character_holds_where_it_is_declared_at_the_top() {
        assertThat(read("# syntax=x\n# Escape = `\nFROM a\nRUN x `\ny\nCOPY a \\\nUSER b"))
                .extracting(DockerfileInstruction::arguments)
                .containsExactly("a", "x y", "a \\", "b");
        assertThat(read("FROM a\n# escape=`\nRUN x `\nUSER y"))
                .extracting(DockerfileInstruction::arguments)
                .containsExactly("a", "x `", "y");
        assertThat(read("# of x\n# escape=`\nRUN x `\nUSER y"))
                .extracting(DockerfileInstruction::arguments)
                .containsExactly("x `", "y");
    }

    @Test
    void flags_end_where_two_hyphens_stand_alone() {
        assertThat(read("ADD --a -- --b c\nADD --a \"--b\" c"))
                .containsExactly(
                        new DockerfileInstruction(1, "ADD", List.of("--a"), "--b c"),
                        new DockerfileInstruction(2, "ADD", List.of("--a"), "\"--b\" c"));
    }

    @Test
    void words_are_separated_by_blanks() {
        assertThat(new DockerfileInstruction(1, "ARG", List.of(), "A  B=c\td\u00a0e").words())
                .isEqualTo(List.of("A", "B=c", "d\u00a0e"));
        assertThat(new DockerfileInstruction(1, "ARG", List.of(), "").words()).isEmpty();
    }

    @Timeout(60)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "RUN x \\\n",
                "\n",
                " ",
                "RUN ${",
                "RUN ${x\\\n",
                "<<",
                "1",
                "RUN \" <<",
                "ADD --",
                "\\\n",
                "# a=b\n"
            })
    void a_large_dockerfile_takes_no_longer_than_it_is_large(String piece) {
        String text = "FROM x\nRUN " + piece.repeat((1 << 20) / piece.length());
        try {
            assertThat(read(text)).isNotEmpty();
        } catch (UnreadableDockerfile e) {
            assertThat(e).hasMessageStartingWith("line ");
        }
    }
}
