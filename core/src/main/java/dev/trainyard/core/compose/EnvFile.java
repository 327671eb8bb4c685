package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.SourceRange;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.text.WhiteSpace;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code .env} files and the files in {@code env_file} as Compose does (compose-go, {@code dotenv/parser.go}). */
final class EnvFile {

    private static final Pattern EXPORT = Pattern.compile("export[\\t\\n\\f\\r ]");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:[abcfnrtv$\"\\\\]|0[0-9]{0,3}+)");
    private static final String FORM = "Write NAME=VALUE, or start a comment with #";
    private static final int LONGEST = 1 << 20;

    private final String text;
    private final String file;
    private final Report report;
    private final Map<String, String> outside;
    private final Map<String, String> variables;
    private int at;
    private int line = 1;
    /** The position up to which lines are counted. */
    private int counted;

    private long length;

    private EnvFile(
            String text, String file, Map<String, String> outside, Map<String, String> variables, Report report) {
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        this.file = file;
        this.outside = outside;
        this.variables = variables;
        this.report = report;
    }

    /**
     * @param outside gives the values of names without a value. It also overrides the file for variables within values
     * @param to receives names and values, in order. Values may refer to earlier names
     */
    static void read(String text, String file, Map<String, String> outside, Map<String, String> to, Report report) {
        new EnvFile(text, file, outside, to, report).read();
    }

    private void read() {
        if (!ConfigValue.isPassable(text)) {
            problem("contains NUL or an unpaired surrogate, which cannot be passed to a program", "Leave it out");
            return;
        }
        if (text.length() > LONGEST) {
            problem("has more than %,d characters".formatted(LONGEST), "Keep data out of it");
            return;
        }
        while (skipBlanksAndComments() && length <= LONGEST) {
            statement();
        }
        if (length > LONGEST) {
            problem("becomes longer than %,d characters".formatted(LONGEST), "Keep data out of it");
        }
    }

    private void statement() {
        int start = at;
        if (EXPORT.matcher(text).region(at, text.length()).lookingAt()) {
            at += "export".length();
            skipBlanks();
        }
        int begin = at;
        while (at < text.length() && isInName(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        String name = WhiteSpace.withoutTrailing(text.substring(begin, at));
        boolean ends = at == text.length() || text.charAt(at) == '\n';
        if (name.isEmpty() && ends) {
            return;
        }
        if (name.isEmpty() || name.contains(" ") || !ends && text.charAt(at) != '=' && text.charAt(at) != ':') {
            at = start;
            problem("is not a line of the form NAME=VALUE", FORM);
            skipLine();
        } else if (ends) {
            @Nullable String value = outside.get(name);
            if (value == null) {
                report.unset(
                        place(begin),
                        Excerpt.plain(name, 200),
                        "has no value here or in your environment, so it is not set");
            } else {
                put(name, value);
            }
        } else {
            at++;
            skipBlanks();
            put(name, value(name));
        }
    }

    private void put(String name, String value) {
        length += value.length();
        if (ConfigValue.isPassable(value)) {
            variables.put(name, value);
        } else {
            problem(
                    "%s contains NUL, which cannot be passed to a program".formatted(Excerpt.quote(name)),
                    "Leave it out");
        }
    }

    private static boolean isInName(int c) {
        return isBlank(c)
                || "_.-[]".indexOf(c) >= 0
                || Character.isLetter(c)
                || switch (Character.getType(c)) {
                    case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
                    default -> false;
                };
    }

    /** Skips blanks within a line. */
    private static boolean isBlank(int c) {
        return "\t\u000B\f\r \u0085\u00A0".indexOf(c) >= 0;
    }

    private boolean skipBlanksAndComments() {
        while (at < text.length()) {
            if (text.charAt(at) == '#') {
                skipLine();
            } else if (WhiteSpace.is(text.charAt(at))) {
                at++;
            } else {
                return true;
            }
        }
        return false;
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    private String value(String name) {
        int start = at;
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            char quote = text.charAt(at);
            String value = quoted(quote);
            return quote == '"' ? replaced(name, unescaped(value), start) : value;
        }
        skipLine();
        String line = text.substring(start, at);
        int comment = line.indexOf(" #");
        String value = WhiteSpace.withoutTrailing(comment < 0 ? line : line.substring(0, comment));
        return replaced(name, value, start);
    }

    /** The text between the quotes. The rest of the line is the next statement. */
    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == quote) {
                at = i + 1;
                return value.toString();
            }
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                value.append(text.charAt(i) == quote ? "" : "\\").append(text.charAt(i));
            } else {
                value.append(c);
            }
        }
        problem("a quote is not closed", "Close it");
        at = text.length();
        return "";
    }

    private static String unescaped(String value) {
        return ESCAPE.matcher(value).replaceAll(escape -> Matcher.quoteReplacement(unescaped(escape)));
    }

    private static String unescaped(MatchResult escape) {
        String letter = escape.group().substring(1);
        return switch (letter.charAt(0)) {
            case 'a' -> "\u0007";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case 'v' -> "\u000B";
            // The dollar must remain a dollar when variables are replaced.
            case '$' -> "$$";
            case '0' -> octal(letter.substring(1));
            case 'c' -> escape.group();
            default -> letter;
        };
    }

    /** A character from three octal digits, up to 255. Other digits stay without the leading zero, as in Compose. */
    private static String octal(String digits) {
        return digits.matches("[0-3][0-7]{2}") ? Character.toString((char) Integer.parseInt(digits, 8)) : "\\" + digits;
    }

    private Optional<String> known(String name) {
        return Optional.ofNullable(outside.get(name)).or(() -> Optional.ofNullable(variables.get(name)));
    }

    private String replaced(String name, String value, int start) {
        if (value.indexOf('$') < 0) {
            return value;
        }
        SourceRange place = place(start);
        try {
            return new Interpolation(this::known, unset -> report.becomesEmpty(place, Excerpt.plain(name, 200), unset))
                    .apply(value);
        } catch (IllegalArgumentException e) {
            String why = Excerpt.plain(String.valueOf(e.getMessage()), 200);
            report.problem(new Problem(
                    "%s:%d".formatted(file, place.line()),
                    why,
                    why.startsWith(Interpolation.NEEDED)
                            ? "Set the variable"
                            : "Write the value in single quotes, or $$ for a dollar sign"));
            return "";
        }
    }

    private SourceRange place(int start) {
        int column = start - text.lastIndexOf('\n', start - 1);
        return new SourceRange(file, line(start), column, start, at, false);
    }

    private void problem(String what, String remedy) {
        report.problem(new Problem("%s:%d".formatted(file, line(at)), what, remedy));
    }

    private int line(int place) {
        int from = Math.min(counted, place);
        line += (int) text.substring(from, place).chars().filter(c -> c == '\n').count();
        counted = Math.max(counted, place);
        return line;
    }
}
