package dev.trainyard.worker.engine;

/** Separates an engine's own message from the parts that it quotes from a request. */
public final class QuotedWords {

    private QuotedWords() {}

    /** Removes text in double quotes: names and paths that a user chose. */
    public static String removed(String words) {
        StringBuilder own = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < words.length(); i++) {
            char c = words.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted) {
                own.append(c);
            }
        }
        return own.toString();
    }
}
