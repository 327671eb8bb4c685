package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/compose.md} lists the keys of a service that are read, accepted and refused, and no others. */
class ComposeDocumentTest {

    private static final Path DOCUMENT = Path.of("../docs/compose.md");

    @Test
    void every_key_that_is_passed_on_is_listed_as_such() throws IOException {
        assertThat(keysUnder("## Keys that are passed on")).isEqualTo(new TreeSet<>(ServiceReader.SUPPORTED));
    }

    @Test
    void every_key_without_effect_is_listed_as_such() throws IOException {
        assertThat(keysUnder("## Keys without effect")).isEqualTo(new TreeSet<>(UnsupportedKeys.ACCEPTED.keySet()));
    }

    @Test
    void every_key_that_is_refused_is_listed_as_such() throws IOException {
        assertThat(keysUnder("## Keys that are refused")).isEqualTo(new TreeSet<>(UnsupportedKeys.REFUSED.keySet()));
    }

    /** Words of code in the first column of the section's first table. */
    private static Set<String> keysUnder(String heading) throws IOException {
        String section = Files.readString(DOCUMENT)
                .split(Pattern.quote(heading + "\n"), 2)[1]
                .split("\n##", 2)[0];
        return Pattern.compile("^\\| (`[^|]*) \\|", Pattern.MULTILINE)
                .matcher(section)
                .results()
                .flatMap(row ->
                        Pattern.compile("`([^`]+)`").matcher(row.group(1)).results())
                .map(word -> word.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
