package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterpolationTest {

    private static final Map<String, String> VARIABLES = Map.of("SET", "value", "EMPTY", "", "_x9", "odd");

    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", nullValues = "-", textBlock = """
        plain               | plain
        $SET/x              | value/x
        ${SET}x             | valuex
        $SETx               | ''
        ${_x9}              | odd
        a$$b                | a$b
        $${SET}             | ${SET}
        ${EMPTY}            | ''
        ${UNSET}            | ''
        ${UNSET:-d}         | d
        ${EMPTY:-d}         | d
        ${SET:-d}           | value
        ${UNSET-d}          | d
        ${EMPTY-d}          | ''
        ${UNSET:-}          | ''
        ${UNSET:-${SET}/x}y | value/xy
        ${UNSET:-${EMPTY:-${_x9}}} | odd
        ${UNSET:-a:b-c?d}   | a:b-c?d
        ${SET:?needed}      | value
        ${EMPTY?needed}     | ''
        ${SET:+other}       | other
        ${EMPTY:+other}     | ''
        ${EMPTY+other}      | other
        ${UNSET+other}      | ''
        """)
    void variables_are_replaced_as_compose_does(String text, String expected) {
        assertThat(new Interpolation(VARIABLES, _ -> {}).apply(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ${UNSET:?give one} | needs the variable UNSET: give one
        ${EMPTY:?give $SET} | needs the variable EMPTY: give value
        ${UNSET?}          | needs the variable UNSET
        $                  | a $ stands alone
        $1                 | a $ stands alone
        ${                 | a ${ is not closed
        ${SET              | a ${ is not closed
        ${}                | a ${ is not followed by a variable's name
        ${1}               | a ${ is not followed by a variable's name
        ${SET/x/y}         | ${SET/x/y} is not a form that Compose knows
        ${SET:x}           | ${SET:x} is not a form that Compose knows
        ${SET:}            | ${SET:} is not a form that Compose knows
        """)
    void what_cannot_be_replaced_says_why(String text, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Interpolation(VARIABLES, _ -> {}).apply(text))
                .withMessage(reason);
    }

    @Test
    void variables_without_value_and_default_are_told() {
        List<String> unset = new ArrayList<>();

        new Interpolation(VARIABLES, unset::add).apply("$A ${B} ${C:-c} $SET");

        assertThat(unset).containsExactly("A", "B");
    }

    @Test
    void nesting_without_end_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Interpolation(VARIABLES, _ -> {}).apply("${A:-".repeat(50) + "}".repeat(50)))
                .withMessageContaining("deep");
    }
}
