package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        $                   | $
        foo$                | foo$
        $1 pa$9ss $(x) \\$ $é | $1 pa$9ss $(x) \\$ $é
        $$$SET              | $value
        ${UNSET:-$}         | $
        ${UNSET:-{"a":1}}   | {"a":1}
        ${SET:-{"a":1}}     | value
        ${SET:-{"a":{"b":1}}}x | valuex
        ${UNSET:-{a}{b}}x   | {a}{b}x
        ${SET:-{},{}}x      | valuex
        ${UNSET:-{}}y}      | {}}y
        ${SET:-{{x}}}z      | value}z
        ${UNSET:-{x}        | {x
        ${SET:-a} {${UNSET:-b}} | value {b}
        """)
    void variables_are_replaced_as_compose_does(String text, String expected) {
        assertThat(new Interpolation(InterpolationTest::value, _ -> {}).apply(text))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ${UNSET:?give one} | needs the variable UNSET: give one
        ${EMPTY:?give $SET} | needs the variable EMPTY: give value
        ${UNSET?}          | needs the variable UNSET
        ${                 | a ${ is not closed in its line
        ${SET              | a ${ is not closed in its line
        ${}                | a ${ must be followed by the name of a variable
        ${1}               | a ${ must be followed by the name of a variable
        ${SET/x/y}         | ${SET/x/y} is not a form that Compose knows
        ${SET:x}           | ${SET:x} is not a form that Compose knows
        ${SET:}            | ${SET:} is not a form that Compose knows
        """)
    void a_variable_that_cannot_be_replaced_has_a_reason(String text, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Interpolation(InterpolationTest::value, _ -> {}).apply(text))
                .withMessage(reason);
    }

    @Test
    void a_brace_in_another_line_closes_nothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Interpolation(InterpolationTest::value, _ -> {}).apply("${UNSET:-a\nb}"))
                .withMessage("a ${ is not closed in its line");
    }

    @Test
    void variables_without_value_and_default_are_reported() {
        List<String> unset = new ArrayList<>();

        new Interpolation(InterpolationTest::value, unset::add).apply("$A ${B} ${C:-c} $SET");

        assertThat(unset).containsExactly("A", "B");
    }

    @Test
    void unlimited_nesting_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Interpolation(InterpolationTest::value, _ -> {}).apply("${A:-".repeat(50) + "}".repeat(50)))
                .withMessageContaining("deep");
    }

    private static Optional<String> value(String name) {
        return Optional.ofNullable(VARIABLES.get(name));
    }
}
