package dev.trainyard.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HiddenValuesTest {

    @Test
    void a_value_is_taken_out_wherever_it_stands() {
        assertThat(new HiddenValues(List.of("s3cr3t")).maskedIn("stat cfg-s3cr3t: no such file, s3cr3t"))
                .isEqualTo("stat cfg-***: no such file, ***");
    }

    @Test
    void of_a_value_that_holds_another_nothing_stays() {
        assertThat(new HiddenValues(List.of("s3cr3t", "s3cr3t-and-more\n")).maskedIn("s3cr3t-and-more"))
                .isEqualTo("***");
    }

    @Test
    void what_is_too_short_to_be_a_secret_stays() {
        assertThat(new HiddenValues(List.of("", " ", "1", "yes")).maskedIn("exit code 1, yes"))
                .isEqualTo("exit code 1, yes");
    }
}
