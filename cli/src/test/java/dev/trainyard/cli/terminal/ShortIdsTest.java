package dev.trainyard.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShortIdsTest {

    private static final String A = "0199f3a2-7b3c-7000-8000-00000000000a";
    private static final String B = "0199f3a2-7b3c-7010-8000-00000000000b";

    @Test
    void an_id_is_shortened_to_its_milliseconds() {
        assertThat(new ShortIds(List.of(A)).of(A)).isEqualTo("0199f3a2-7b3c");
    }

    @Test
    void ids_of_the_same_millisecond_stay_distinct() {
        ShortIds ids = new ShortIds(List.of(B, A, B));

        assertThat(ids.of(A)).isEqualTo("0199f3a2-7b3c-700");
        assertThat(ids.of(B)).isEqualTo("0199f3a2-7b3c-701");
    }

    @Test
    void a_shorter_id_stays_unchanged() {
        assertThat(new ShortIds(List.of("", "x")).of("x")).isEqualTo("x");
    }
}
