package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlNumberTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "+1, 1",
        "-7, -7",
        "1.0, 1",
        "1.10, 1.1",
        ".5, 0.5",
        "1e3, 1000",
        "1e-4, 0.0001",
        "0.00001, 1e-05",
        "1.5e-7, 1.5e-07",
        "1e20, 100000000000000000000",
        "1e21, 1e+21",
        "123456789012345678901234567890, 123456789012345678901234567890",
        "0x10, 16",
        "0o17, 15",
        "017, 15",
        "0b101, 5",
        "089, 89",
        "0.0, 0",
        "-1.50, -1.5",
        "true, true",
        "yes, yes",
        "abc, abc",
        "1.2.3, 1.2.3",
        "1_000, 1_000",
        "1e999, +Inf",
    })
    void numbers_are_printed_as_go_prints_what_yaml_reads(String plain, String printed) {
        assertThat(YamlNumber.asComposePrints(plain)).isEqualTo(printed);
    }
}
