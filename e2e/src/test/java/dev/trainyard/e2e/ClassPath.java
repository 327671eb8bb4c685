package dev.trainyard.e2e;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** This test's own class path, which holds the product and all that it needs. */
final class ClassPath {

    private static final List<Path> ENTRIES = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.isEmpty())
            .map(Path::of)
            .toList();

    private ClassPath() {}

    /** For a process of the product: without the folder of these tests. */
    static String ofProduct() {
        return ENTRIES.stream()
                .filter(entry -> !entry.endsWith(Path.of("e2e", "target", "test-classes")))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** The jars that are not Trainyard's own. */
    static List<Path> libraries() {
        return ENTRIES.stream()
                .filter(entry -> entry.toString().endsWith(".jar"))
                .filter(entry -> !isOurs(entry))
                .toList();
    }

    private static boolean isOurs(Path jar) {
        return jar.toString().contains("SNAPSHOT") || jar.toString().contains("dev/trainyard");
    }
}
