package dev.trainyard.core.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DockerfileInstructionTest {

    @Test
    void instructions_are_read_with_their_continued_lines_and_without_comments() {
        assertThat(DockerfileInstruction.of("""
                # syntax=docker/dockerfile:1

                from  busybox   as base
                RUN one && \\
                  # in between

                  two \\\s\s
                  three
                \tCOPY a b
                USER \\
                """))
                .containsExactly(
                        new DockerfileInstruction("FROM", "busybox   as base"),
                        new DockerfileInstruction("RUN", "one &&  two  three"),
                        new DockerfileInstruction("COPY", "a b"),
                        new DockerfileInstruction("USER", ""));
    }

    @Test
    void another_escape_character_holds_where_it_is_declared_at_the_top() {
        assertThat(DockerfileInstruction.of("# Escape=`\nFROM a\nRUN x `\ny\nCOPY a \\\nUSER b"))
                .extracting(DockerfileInstruction::arguments)
                .containsExactly("a", "x  y", "a \\", "b");
        assertThat(DockerfileInstruction.of("FROM a\n# escape=`\nRUN x `\nUSER y"))
                .extracting(DockerfileInstruction::arguments)
                .containsExactly("a", "x `", "y");
    }

    @Test
    void words_are_what_white_space_divides() {
        assertThat(new DockerfileInstruction("ARG", "A  B=c\td").words()).isEqualTo(List.of("A", "B=c", "d"));
        assertThat(new DockerfileInstruction("ARG", "").words()).isEmpty();
    }
}
