package dev.trainyard.core.reading;

import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.text.WhiteSpace;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the files of {@code --env-file} and {@code --label-file}, and of {@code env_file} in raw format. They are simpler than other env
 * files of Compose: each line is a name and a value, and the value is all text after the first {@code =}, including quotes and trailing
 * blanks (docker/cli, {@code pkg/kvfile}).
 */
public final class LineFile {

    private LineFile() {}

    /**
     * @param absent gives the value of a name without a value. If empty, the name is skipped
     * @param to receives names and values, in order
     */
    public static void read(
            String text,
            String file,
            Function<String, Optional<String>> absent,
            Map<String, String> to,
            Report report) {
        String[] lines = text.replaceFirst("^\uFEFF", "").split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            // A single carriage return does not end a line.
            String line = WhiteSpace.withoutLeading(lines[i].replaceFirst("\r$", ""));
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            String name = equals < 0 ? line : line.substring(0, equals);
            if (!ConfigValue.isPassable(line)) {
                problem(file, i, "contains NUL or an unpaired surrogate, which cannot be passed to a program", report);
            } else if (!name.matches("[^ \t]{1,200}")) {
                problem(file, i, "%s is not a name".formatted(Excerpt.quote(name)), report);
            } else {
                Optional<String> value = equals < 0 ? absent.apply(name) : Optional.of(line.substring(equals + 1));
                value.ifPresent(each -> to.put(name, each));
            }
        }
    }

    private static void problem(String file, int line, String what, Report report) {
        report.problem(new Problem(
                "%s:%d".formatted(file, line + 1),
                what,
                "Write NAME=VALUE without blanks in the name, or start a comment with #"));
    }
}
