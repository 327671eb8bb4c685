package dev.trainyard.cli.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes comma-separated values as in RFC 4180, but lines end with a newline only, as in psql. Null is an empty field, and an empty text is
 * a quoted empty field.
 */
public final class Csv {

    private Csv() {}

    public static void print(List<String> columns, List<List<@Nullable String>> rows, PrintStream out) {
        out.print(line(columns));
        for (List<@Nullable String> row : rows) {
            out.print(line(row));
        }
    }

    private static String line(List<? extends @Nullable String> fields) {
        List<String> quoted = new ArrayList<>(fields.size());
        for (String field : fields) {
            quoted.add(field == null ? "" : quote(field));
        }
        return String.join(",", quoted) + "\n";
    }

    private static String quote(String field) {
        boolean plain =
                !field.isEmpty() && field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
