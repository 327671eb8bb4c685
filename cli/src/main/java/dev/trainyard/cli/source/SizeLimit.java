package dev.trainyard.cli.source;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.cli.terminal.Shown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Collectors;

/** Limits the size of a source. The server stores sources in its database, so they must not contain data sets. */
final class SizeLimit {

    static final long BYTES = 512L << 20;
    private static final int TAR_BLOCK = 512;
    private static final int NAMED = 3;

    private SizeLimit() {}

    /** @throws Failure naming the largest folders, if the files together are more than 512 MiB */
    static void check(Path root, Map<String, Path> files) {
        Map<String, Long> sizes = new HashMap<>();
        files.forEach((name, path) -> sizes.merge(name.replaceFirst("/.*", ""), size(path) + TAR_BLOCK, Long::sum));
        long sum = sizes.values().stream().mapToLong(Long::longValue).sum();
        if (sum > BYTES) {
            String largest = sizes.entrySet().stream()
                    .sorted(Comparator.comparing((Entry<String, Long> each) -> each.getValue())
                            .reversed())
                    .limit(NAMED)
                    .map(each -> "%s (%s)".formatted(each.getKey(), Shown.size(each.getValue())))
                    .collect(Collectors.joining(", "));
            throw new Failure(
                    ExitCode.INVALID,
                    "%s has %s to pack, and the limit of a source is %s. Its largest entries: %s. Mount data instead, and list it in .dockerignore."
                            .formatted(root, Shown.size(sum), Shown.size(BYTES), largest));
        }
    }

    private static long size(Path path) {
        try {
            return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
        } catch (IOException e) {
            // Packing the file will report the error.
            return 0;
        }
    }
}
