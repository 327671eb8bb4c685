package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.text.Problem;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code .env} files and those named by {@code env_file}, as Compose does. */
final class EnvFile {

    private static final Pattern NAME =
            Pattern.compile("(?:export[ \\t]+)?([A-Za-z0-9_.]+)[ \\t]*([=:]|$)[ \\t]*", Pattern.MULTILINE);
    private static final int LONGEST = 1 << 20;

    private final String text;
    private final String file;
    private final Report report;
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Map<String, String> known;
    private int at;

    private EnvFile(String text, String file, Map<String, String> outside, Report report) {
        this.text = text.replace("\r\n", "\n");
        this.file = file;
        this.report = report;
        this.known = new HashMap<>(outside);
    }

    /**
     * The variables in their order. A name without a value is taken from the outside variables; values may refer to earlier ones
     * and to outside ones.
     */
    static Map<String, String> parse(String text, String file, Map<String, String> outside, Report report) {
        EnvFile reader = new EnvFile(text, file, outside, report);
        reader.read();
        return Collections.unmodifiableMap(reader.variables);
    }

    private void read() {
        if (!ConfigValue.isPassable(text)) {
            problem("contains NUL or half of a surrogate pair, which cannot be passed on", "Leave it out");
            return;
        }
        if (text.length() > LONGEST) {
            problem("has more than %,d characters".formatted(LONGEST), "Keep data out of it");
            return;
        }
        Matcher name = NAME.matcher(text);
        long length = 0;
        while (skipBlanksAndComments()) {
            if (!name.region(at, text.length()).lookingAt()) {
                problem("is no line of the form NAME=VALUE", "Write NAME=VALUE, or # before a comment");
                skipLine();
                continue;
            }
            at = name.end();
            if (name.group(2).isEmpty()) {
                Optional.ofNullable(known.get(name.group(1))).ifPresent(value -> variables.put(name.group(1), value));
            } else {
                String value = value();
                length += value.length();
                if (length > LONGEST) {
                    problem("becomes longer than %,d characters".formatted(LONGEST), "Keep data out of it");
                    return;
                }
                variables.put(name.group(1), value);
                known.put(name.group(1), value);
            }
        }
    }

    private boolean skipBlanksAndComments() {
        while (at < text.length()) {
            if (text.charAt(at) == '#') {
                skipLine();
            } else if (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == '\uFEFF') {
                at++;
            } else {
                return true;
            }
        }
        return false;
    }

    private void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    private String value() {
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            return quoted(text.charAt(at));
        }
        int start = at;
        skipLine();
        String line = text.substring(start, at);
        String value = line.startsWith("#") ? "" : line.substring(0, commentIn(line));
        return replaced(value.stripTrailing());
    }

    /** Where a comment begins in a line: at the first # after white space; else its end. */
    private static int commentIn(String line) {
        for (int at = line.indexOf('#', 1); at > 0; at = line.indexOf('#', at + 1)) {
            if (line.charAt(at - 1) == ' ' || line.charAt(at - 1) == '\t') {
                return at;
            }
        }
        return line.length();
    }

    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == quote) {
                at = i + 1;
                skipLine();
                return quote == '"' ? replaced(value.toString()) : value.toString();
            }
            if (c == '\\' && i + 1 < text.length()) {
                value.append(unescaped(text.charAt(++i), quote));
            } else {
                value.append(c);
            }
        }
        problem("a quote is not closed", "Close it");
        at = text.length();
        return "";
    }

    /** Within single quotes only the quote itself can be escaped; an escaped dollar stays one when variables are replaced. */
    private static String unescaped(char c, char quote) {
        if (c == quote) {
            return String.valueOf(c);
        }
        return quote == '\''
                ? "\\" + c
                : switch (c) {
                    case 'n' -> "\n";
                    case 'r' -> "\r";
                    case 't' -> "\t";
                    case '$' -> "$$";
                    case '\\' -> "\\";
                    default -> "\\" + c;
                };
    }

    /** What is no valid reference stays as it is: passwords contain dollar signs. */
    private String replaced(String value) {
        try {
            return new Interpolation(known, _ -> {}).apply(value);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }

    private void problem(String what, String remedy) {
        long line = text.substring(0, Math.min(at, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
        report.problem(new Problem(file + ":" + line, what, remedy));
    }
}
