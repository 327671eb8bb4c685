package dev.trainyard.worker.engine;

/** What an engine says, apart from what it repeats of a request. */
public final class QuotedWords {

    private QuotedWords() {}

    /** The words without what stands in double quotes, which are names and paths that a user chose. */
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
