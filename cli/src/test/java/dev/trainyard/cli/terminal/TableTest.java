package dev.trainyard.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void the_widest_columns_are_cut_until_each_line_fits_the_terminal() {
        assertThat(printed(50)).isEqualTo("""
                JOB            NAME           EXIT  REASON
                0199f3a2-7b3d  resnet18-ima…     3  the program e…
                """);
        assertThat(printed(Table.UNLIMITED)).isEqualTo("""
                JOB            NAME                      EXIT  REASON
                0199f3a2-7b3d  resnet18-imagenet-run-17     3  the program ended with exit code 3
                """);
    }

    @Test
    void dispensable_columns_are_dropped_before_others_become_unreadable() {
        Table table =
                new Table(List.of("JOB", "NAME", "BY", "REASON")).whole("JOB").dispensable("REASON", "BY");
        table.row(List.of("0199f3a2-7b3d", "resnet18-imagenet", "ada.lovelace", "the program ended"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true, UTF_8), 40);

        assertThat(out.toString(UTF_8)).isEqualTo("""
                JOB            NAME         BY
                0199f3a2-7b3d  resnet18-i…  ada.lovelace
                """);
    }

    @Test
    void a_line_that_is_still_too_long_is_cut_and_not_wrapped() {
        assertThat(printed(20).lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(20));
    }

    @Test
    void wide_characters_count_as_two_cells() {
        Table table = new Table(List.of("NAME", "BY"));
        table.row(List.of("学習ジョブ", "e\u0301ve"));
        table.row(List.of("abc", "🚂🚂🚂🚂🚂🚂🚂🚂"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true, UTF_8), 22);

        assertThat(out.toString(UTF_8)).isEqualTo("""
                NAME        BY
                学習ジョブ  e\u0301ve
                abc         🚂🚂🚂🚂…
                """);
    }

    @Test
    void a_wrapped_table_continues_cells_on_the_next_line() {
        Table table = new Table(List.of("PARAMETER", "HELP")).wrapped();
        table.row(List.of("--lr", "how fast it learns: a-very-long-word-is-divided"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true, UTF_8), 26);

        assertThat(out.toString(UTF_8)).isEqualTo("""
                PARAMETER  HELP
                --lr       how fast it
                           learns:
                           a-very-long-wor
                           d-is-divided
                """);
    }

    @Test
    void an_escape_sequence_is_shown_in_text() {
        Table table = new Table(List.of("NAME"));
        table.row(List.of("a\u001b[2J\nb\u202e"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true, UTF_8));

        assertThat(out.toString(UTF_8)).isEqualTo("NAME\na\\x1b[2J\\nb\\u202e\n");
    }

    private static String printed(int width) {
        Table table = new Table(List.of("JOB", "NAME", "EXIT", "REASON")).whole("JOB");
        table.row(List.of("0199f3a2-7b3d", "resnet18-imagenet-run-17", "3", "the program ended with exit code 3"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true, UTF_8), width);
        return out.toString(UTF_8);
    }
}
