package dev.trainyard.core.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Splits and quotes words as a shell does. Never runs a shell. */
public final class ShellWords {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./^-]+");

    private ShellWords() {}

    /**
     * Splits a command as Compose does (mattn/go-shellwords): blanks separate words, quotes and backslashes protect characters, and
     * {@code \n} and {@code \t} are newline and tab. Compose silently cuts the command at a shell operator, and
     * passes {@code $(…)} on as it is. This method refuses both.
     *
     * @throws IllegalArgumentException with the reason why the text cannot be split
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
                        "'%c' is a shell operator, but this command does not run in a shell".formatted(c));
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

    /** Quotes the word for a POSIX shell. */
    public static String quote(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
