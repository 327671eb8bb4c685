package dev.trainyard.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {

    private static final List<String> KNOWN = List.of("environment", "entrypoint", "cap_add", "mem_limit", "image");

    @ParameterizedTest
    @CsvSource({
        "enviroment, environment",
        "enviromnent, environment",
        "entry_point, entrypoint",
        "capadd, cap_add",
        "Image, image",
        "imge, image",
    })
    void a_typing_error_finds_the_intended_name(String given, String meant) {
        assertThat(NearestName.among(KNOWN, given)).contains(meant);
    }

    @ParameterizedTest
    @CsvSource({"volumes", "x", "environmental_protection_agency"})
    void a_text_unlike_all_names_has_no_suggestion(String given) {
        assertThat(NearestName.among(KNOWN, given)).isEmpty();
    }

    @Test
    void the_length_of_known_names_does_not_matter() {
        List<String> long130k = Collections.nCopies(100, "x".repeat(130_000));
        long before = allocated();

        assertThat(NearestName.among(long130k, "y".repeat(59))).isEmpty();

        assertThat(allocated() - before).as("bytes of the heap").isLessThan(16 << 20);
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
