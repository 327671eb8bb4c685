package dev.trainyard.core.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Words and the shell's spelling of them. No shell is ever run. */
public final class ShellWords {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./^-]+");

    private ShellWords() {}

    /**
     * Splits a command as Compose does (mattn/go-shellwords): blanks separate, quotes and backslashes protect, and {@code \n} and
     * {@code \t} are line break and tab. Where Compose would silently cut the command at an operator, this refuses.
     *
     * @throws IllegalArgumentException saying why the text is no list of words
     */
    public static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quote != '\'') {
                if (++i == text.length()) {
                    throw new IllegalArgumentException("ends with a backslash");
                }
                word.append(escaped(text.charAt(i)));
                inWord = true;
            } else if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (" \t\r\n".indexOf(c) >= 0) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else if (";&|<>()`".indexOf(c) >= 0) {
                throw new IllegalArgumentException(
                        "'%c' means something to a shell, but no shell reads this".formatted(c));
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new IllegalArgumentException("a quote %c is not closed".formatted(quote));
        }
        if (inWord) {
            words.add(word.toString());
        }
        return List.copyOf(words);
    }

    private static char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            default -> c;
        };
    }

    /** The word as a POSIX shell reads it back. */
    public static String quote(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
