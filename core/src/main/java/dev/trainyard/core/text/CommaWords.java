package dev.trainyard.core.text;

import java.util.ArrayList;
import java.util.List;

/** Parses one record of comma-separated words as Docker does in {@code --gpus} and {@code --mount} (Go's encoding/csv). */
public final class CommaWords {

    private CommaWords() {}

    /** @throws IllegalArgumentException with the reason why the text is not a valid record */
    public static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        int at = 0;
        do {
            StringBuilder word = new StringBuilder();
            at = text.startsWith("\"", at) ? quoted(text, at + 1, word) : bare(text, at, word);
            words.add(word.toString());
        } while (at++ < text.length());
        return words;
    }

    private static int bare(String text, int start, StringBuilder word) {
        int comma = text.indexOf(',', start);
        int end = comma < 0 ? text.length() : comma;
        word.append(text, start, end);
        if (word.indexOf("\"") >= 0) {
            throw new IllegalArgumentException("a quote \" is inside a word");
        }
        return end;
    }

    private static int quoted(String text, int start, StringBuilder word) {
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) != '"') {
                word.append(text.charAt(i));
            } else if (text.startsWith("\"", i + 1)) {
                word.append('"');
                i++;
            } else if (i + 1 == text.length() || text.charAt(i + 1) == ',') {
                return i + 1;
            } else {
                throw new IllegalArgumentException("a closing quote \" must be followed by a comma");
            }
        }
        throw new IllegalArgumentException("a quote \" is not closed");
    }
}
