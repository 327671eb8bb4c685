package dev.trainyard.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HiddenValuesTest {

    @Test
    void a_value_is_removed_at_every_position() {
        assertThat(new HiddenValues(List.of("s3cr3t")).maskedIn("stat cfg-s3cr3t: no such file, s3cr3t"))
                .isEqualTo("stat cfg-***: no such file, ***");
    }

    @Test
    void of_a_value_that_holds_another_nothing_stays() {
        assertThat(new HiddenValues(List.of("s3cr3t", "s3cr3t-and-more\n")).maskedIn("s3cr3t-and-more"))
                .isEqualTo("***");
    }

    @Test
    void text_too_short_for_a_secret_remains() {
        assertThat(new HiddenValues(List.of("", " ", "1", "yes")).maskedIn("exit code 1, yes"))
                .isEqualTo("exit code 1, yes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            S3cr3t:grp        | unable to find user S3cr3t: no such   | unable to find user ***: no such
            S3cr3t:grp        | Invalid proto: s3CR3T                 | Invalid proto: ***
            a1-b2-c3:grp      | can't find user a1-b2-c3              | can't find user ***
            a1/b2//c3         | stat a1/b2/c3: no such file           | stat ***: no such file
            ./a1/./b2/        | stat a1/b2: no such file              | stat ***: no such file
            S3cr3t"more       | parsing "S3cr3t\\"more"               | parsing "***\\"***"
            S3cr3t-longer:1   | xS3cr3t-longerx S3cr3t                | x***x ***
            a:bc:de           | a b c d e bc de                       | a b c d e bc de
            """)
    void the_engines_words_lack_its_parts_too(String value, String words, String masked) {
        HiddenValues hidden = new HiddenValues(List.of(value), List.of(value));

        assertThat(hidden.maskedInWordsOfOthers(words)).isEqualTo(masked);
        assertThat(new HiddenValues(List.of(value), List.of()).maskedInWordsOfOthers("unable S3cr3t"))
                .isEqualTo("unable S3cr3t");
    }

    @Test
    @Timeout(60)
    void where_there_are_too_many_parts_to_look_for_nothing_is_told() {
        String value = IntStream.range(0, 100_000).mapToObj("part%d"::formatted).collect(Collectors.joining(":"));

        assertThat(new HiddenValues(List.of(value), List.of(value)).maskedInWordsOfOthers("x".repeat(1 << 20)))
                .isEqualTo("***");
    }
}
