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
    void what_is_dispensable_is_left_out_before_the_rest_becomes_unreadable() {
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
    void a_line_that_does_not_fit_even_so_is_cut_and_never_wrapped() {
        assertThat(printed(20).lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(20));
    }

    private static String printed(int width) {
        Table table = new Table(List.of("JOB", "NAME", "EXIT", "REASON")).whole("JOB");
        table.row(List.of("0199f3a2-7b3d", "resnet18-imagenet-run-17", "3", "the program ended with exit code 3"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true, UTF_8), width);
        return out.toString(UTF_8);
    }
}
