package dev.trainyard.core.reading;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The right values are those of go-yaml's resolver and of Go's own printing ({@code docker version --format '{{print 1e6}}'}). */
class UnquotedTextTest {

    @ParameterizedTest
    @CsvSource({
        "True, true",
        "TRUE, true",
        "true, true",
        "False, false",
        "FALSE, false",
        "tRUE, tRUE",
        "yes, yes",
        "On, On",
        "y, y",
        "n, n",
        "1, 1",
        "+1, 1",
        "-7, -7",
        "-0, 0",
        "1_000, 1000",
        "-1_0, -10",
        "_1, _1",
        "1_000.5, 1000.5",
        "18446744073709551615, 18446744073709551615",
        "+18446744073709551615, 1.8446744073709552e+19",
        "-9223372036854775808, -9223372036854775808",
        "123456789012345678901234567890, 1.2345678901234568e+29",
        "0x10, 16",
        "0X1F, 31",
        "-0x1F, -31",
        "0xFFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFFF",
        "0o17, 15",
        "-0o17, -15",
        "017, 15",
        "00, 0",
        "0b101, 5",
        "0b1_01, 5",
        "089, 89",
        "0x, 0x",
        "1.0, 1",
        "1., 1",
        "1.10, 1.1",
        "-1.50, -1.5",
        ".5, 0.5",
        "+.5, 0.5",
        ".5_0, .5_0",
        "0.0, 0",
        "-0.0, -0",
        "1e3, 1000",
        "1E3, 1000",
        "1e5, 100000",
        "1e6, 1e+06",
        "1000000, 1000000",
        "1234567.0, 1.234567e+06",
        "1234567890.5, 1.2345678905e+09",
        "123456.7, 123456.7",
        "1e20, 1e+20",
        "1e21, 1e+21",
        "1e-4, 0.0001",
        "0.00001, 1e-05",
        "1.5e-7, 1.5e-07",
        "1e-999, 0",
        "1e999, 1e999",
        ".inf, +Inf",
        "-.INF, -Inf",
        ".NaN, NaN",
        ".Nan, .Nan",
        "inf, inf",
        "2001-01-01, 2001-01-01",
        "2001-12-14t21:59:43.10-05:00, 2001-12-14t21:59:43.10-05:00",
        "1:30, 1:30",
        "abc, abc",
        "1.2.3, 1.2.3",
        "1e, 1e",
        "+, +",
        "1 000, 1 000",
    })
    void a_scalar_is_printed_as_go_prints_what_yaml_reads(String plain, String printed) {
        assertThat(UnquotedText.printed(plain)).isEqualTo(printed);
    }

    @Test
    void a_long_text_is_left_alone() {
        assertThat(UnquotedText.printed("9".repeat(131_000))).hasSize(131_000);
    }
}
