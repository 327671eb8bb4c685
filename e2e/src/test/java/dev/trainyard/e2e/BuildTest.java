package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The build of {@code ./trainyard build}, which compiles no tests. */
class BuildTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path copy;

    @Test
    void the_checks_of_a_build_pass_where_tests_are_not_compiled() throws Exception {
        copyFiles(ROOT, 2, path -> path.endsWith("pom.xml"));
        copyFiles(ROOT.resolve(".mvn"), 1, Files::isRegularFile);
        copyFiles(ROOT.resolve("core/src/main"), Integer.MAX_VALUE, Files::isRegularFile);

        Process maven = new ProcessBuilder(
                        "mvn",
                        "-o",
                        "-B",
                        "-f",
                        copy.resolve("pom.xml").toString(),
                        "-pl",
                        "core",
                        "-am",
                        "-Dmaven.test.skip",
                        "process-test-classes")
                .redirectErrorStream(true)
                .start();
        String said = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(maven.waitFor()).as(said).isZero();
    }

    private void copyFiles(Path folder, int depth, Predicate<Path> wanted) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(folder, depth)) {
            files = found.filter(wanted).toList();
        }
        for (Path file : files) {
            Path target = copy.resolve(ROOT.relativize(file).toString());
            Files.createDirectories(target.resolveSibling(""));
            Files.copy(file, target);
        }
    }
}
