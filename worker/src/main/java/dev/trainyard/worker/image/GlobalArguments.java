package dev.trainyard.worker.image;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.WhiteSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments before the first {@code FROM}, which the engine uses in image names. A value that is not certain, such as one with
 * backslashes, is refused only if an image name uses it.
 */
final class GlobalArguments {

    /** Longer than any image name. Without a limit, arguments that repeat each other would grow exponentially. */
    private static final int LONGEST = 4096;

    private static final int DEEPEST = 20;

    /** Limit for all replaced text, because every word of a Dockerfile could contain the longest value. */
    private static final int MOST = 1 << 20;

    private final Map<String, String> given;
    private final Map<String, String> values = new HashMap<>();

    private int filled;

    /** Whether a declaration was ambiguous, so that it may have set any argument. */
    private boolean uncertain;

    /** @param given build arguments, which take precedence over values in the Dockerfile */
    GlobalArguments(Map<String, String> given) {
        this.given = given;
        // These need no ARG.
        ProxyArguments.NAMES.stream().filter(given::containsKey).forEach(name -> values.put(name, given.get(name)));
    }

    void declare(DockerfileInstruction arg) {
        Optional<List<String>> words = quotedWords(arg.arguments());
        uncertain |= words.isEmpty();
        words.orElse(List.of()).forEach(this::declare);
    }

    private void declare(String word) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        if (!isName(name)) {
            uncertain = true;
            return;
        }
        values.remove(name);
        if (given.containsKey(name)) {
            values.put(name, given.get(name));
        } else if (equals >= 0) {
            Optional<String> value = filledIn(word.substring(equals + 1));
            uncertain |= value.isEmpty();
            value.ifPresent(known -> values.put(name, known));
        }
    }

    /**
     * Returns the word after the engine's replacement.
     *
     * @throws ImageFailure if the result is not certain
     */
    String fillIn(String word, int line) {
        Optional<String> name = uncertain && word.contains("$") ? Optional.empty() : filledIn(word);
        return name.orElseThrow(() -> new ImageFailure(
                Cause.IMAGE_BUILD_FAILED,
                "the Dockerfile cannot be built: line %d names its image in a way that engines read differently: %s. Write the name out, or write ${NAME} or ${NAME:-default} and the ARG of NAME without backslashes"
                        .formatted(line, Excerpt.quote(word))));
    }

    private Optional<String> filledIn(String text) {
        StringBuilder out = new StringBuilder();
        return fill(text, 0, false, 0, out) == text.length() ? Optional.of(out.toString()) : Optional.empty();
    }

    /**
     * Replaces variables and removes quotes, up to the end of the text or to the closing brace.
     *
     * @return the end position; −1 if the engine's result is not certain
     */
    private int fill(String text, int start, boolean inBraces, int depth, StringBuilder out) {
        char quote = 0;
        int at = start;
        while (at >= 0 && at < text.length() && out.length() <= LONGEST) {
            char c = text.charAt(at);
            if (inBraces && quote == 0 && c == '}') {
                count(out.length());
                return at;
            }
            if (c == '\\' || c == '`') {
                return -1;
            }
            if (c == quote) {
                quote = 0;
                at++;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                at++;
            } else if (c == '$' && quote != '\'') {
                at = fillVariable(text, at + 1, depth + 1, out);
            } else {
                out.append(c);
                at++;
            }
        }
        count(out.length());
        return at == text.length() && quote == 0 && !inBraces && out.length() <= LONGEST ? at : -1;
    }

    private void count(int length) {
        filled += length;
        if (filled > MOST) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the Dockerfile cannot be built: the values of its ARG before the first FROM, and the names of images with them, are longer than 1 MiB all together. Write fewer or shorter ones");
        }
    }

    private int fillVariable(String text, int start, int depth, StringBuilder out) {
        boolean braces = text.startsWith("{", start);
        int from = braces ? start + 1 : start;
        int end = from;
        while (end < text.length() && isOfName(text.charAt(end))) {
            end++;
        }
        boolean followed = end < text.length();
        if (end == from || isDigit(text.charAt(from)) || followed && text.charAt(end) > 0x7F || depth > DEEPEST) {
            return -1;
        }
        String name = text.substring(from, end);
        String value = values.getOrDefault(name, "");
        if (!braces || followed && text.charAt(end) == '}') {
            out.append(value);
            return braces ? end + 1 : end;
        }
        boolean colon = followed && text.charAt(end) == ':';
        int operator = colon ? end + 1 : end;
        StringBuilder word = new StringBuilder();
        int close = operator < text.length() ? fill(text, operator + 1, true, depth, word) : -1;
        if (close < 0) {
            return -1;
        }
        boolean has = colon ? !value.isEmpty() : values.containsKey(name);
        switch (text.charAt(operator)) {
            case '-' -> out.append(has ? value : word);
            case '+' -> out.append(has ? word : "");
            // The build fails if there is no value.
            case '?' -> out.append(has ? value : "");
            default -> {
                return -1;
            }
        }
        return close + 1;
    }

    /** Splits the text at unquoted blanks and keeps quotes. Empty if a backslash or another white-space character makes the result uncertain. */
    static Optional<List<String>> quotedWords(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        char quote = 0;
        for (char c : text.toCharArray()) {
            if (c == '\\' || c == '`' || c > 0x7F && WhiteSpace.is(c)) {
                return Optional.empty();
            }
            if (quote == 0 && (c == ' ' || c == '\t')) {
                if (!word.isEmpty()) {
                    words.add(word.toString());
                }
                word.setLength(0);
                continue;
            }
            quote = c == quote ? 0 : quote == 0 && (c == '"' || c == '\'') ? c : quote;
            word.append(c);
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return quote == 0 ? Optional.of(words) : Optional.empty();
    }

    private static boolean isName(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> isOfName((char) c) || c == '-' || c == '.');
    }

    private static boolean isOfName(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || isDigit(c);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
