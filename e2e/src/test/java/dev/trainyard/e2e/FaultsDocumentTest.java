package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FaultsDocumentTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|.*\\|(.*)\\|$");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

    @Test
    void the_table_has_all_faults_and_names_tests_that_exist() throws IOException {
        String document = Files.readString(ROOT.resolve("docs/FAULTS.md"));
        Set<String> tests;
        try (var files = Files.walk(ROOT)) {
            tests = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Test.java"))
                    .map(name -> name.replace(".java", ""))
                    .collect(Collectors.toSet());
        }

        var rows = ROW.matcher(document).results().toList();

        assertThat(rows).hasSize(48);
        assertThat(rows)
                .allSatisfy(row -> assertThat(row.group(2).strip().equals("–")
                                || TEST.matcher(row.group(2)).find())
                        .as(row.group())
                        .isTrue());
        assertThat(TEST.matcher(document).results().map(name -> name.group(1)))
                .allSatisfy(name -> assertThat(tests).contains(name));
    }

    @Test
    void every_row_that_names_the_fault_test_has_its_fault_there() throws IOException {
        String document = Files.readString(ROOT.resolve("docs/FAULTS.md"));
        Set<String> injected = FaultsTest.faults()
                .map(fault -> fault.name().replaceFirst("^(\\d+).*", "$1"))
                .collect(Collectors.toSet());

        assertThat(ROW.matcher(document)
                        .results()
                        .filter(row -> row.group(2).contains("FaultsTest")
                                && !row.group(2).contains("EngineFaultsTest"))
                        .map(row -> row.group(1)))
                .containsExactlyInAnyOrderElementsOf(injected);
    }
}
