package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A fault that names a method which is not there any more breaks nothing, so that a storm would be clean without it. */
class FailpointTest {

    private static final Pattern NAMED = Pattern.compile("Failpoint\\s*\\.\\w+\\(\\s*\"(\\w+)#(\\w+)\"");

    @Test
    void every_method_that_a_fault_names_has_code_in_the_product() throws IOException {
        JavaClasses product = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.trainyard");

        List<String> named = named();

        assertThat(named).hasSizeGreaterThan(10).allSatisfy(name -> {
            String[] parts = name.split("#");
            assertThat(product.stream()
                            .filter(found -> found.getSimpleName().equals(parts[0]))
                            .flatMap(found -> found.getMethods().stream())
                            .filter(method -> method.getName().equals(parts[1]))
                            .filter(method -> !method.getModifiers().contains(JavaModifier.ABSTRACT)))
                    .as(name)
                    .isNotEmpty();
        });
    }

    private static List<String> named() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
            return sources.filter(source -> source.toString().endsWith(".java"))
                    .flatMap(FailpointTest::named)
                    .distinct()
                    .toList();
        }
    }

    private static Stream<String> named(Path source) {
        try {
            return NAMED.matcher(Files.readString(source))
                    .results()
                    .map(found -> found.group(1) + "#" + found.group(2));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
