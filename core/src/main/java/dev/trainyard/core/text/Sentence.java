package dev.trainyard.core.text;

/** Joins sentences for people. */
public final class Sentence {

    private Sentence() {}

    /** The text without the full stops and spaces at its end, so that the sentence can continue. */
    public static String open(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == '.' || Character.isWhitespace(text.charAt(end - 1)))) {
            end--;
        }
        return text.substring(0, end);
    }
}
