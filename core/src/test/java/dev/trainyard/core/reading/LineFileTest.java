package dev.trainyard.core.reading;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The same file given to {@code docker run --env-file} makes these variables. */
class LineFileTest {

    @Test
    void a_carriage_return_ends_no_line_by_itself() {
        assertThat(read("A=1\rB=2\r\nC=3")).containsExactly(Map.entry("A", "1\rB=2"), Map.entry("C", "3"));
    }

    @Test
    void blanks_before_a_name_are_left_out_and_those_of_a_value_stay() {
        assertThat(read("\uFEFF\u00A0 A= 1 \n\n\t# B=2\nC=\"3\" # x\nHOME"))
                .containsExactly(Map.entry("A", " 1 "), Map.entry("C", "\"3\" # x"), Map.entry("HOME", "/home/ada"));
    }

    private static Map<String, String> read(String text) {
        Report report = new Report();
        Map<String, String> variables = new LinkedHashMap<>();
        Map<String, String> outside = Map.of("HOME", "/home/ada");
        LineFile.read(text, "x.env", name -> Optional.ofNullable(outside.get(name)), variables, report);
        report.refuseProblems();
        return variables;
    }
}
