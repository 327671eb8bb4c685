package dev.trainyard.db;

/** Makes text from logs, engines and clients storable in Postgres. */
final class PostgresText {

    private static final char UNKNOWN = '\ufffd';

    private PostgresText() {}

    /** Replaces NUL and unpaired surrogates by U+FFFD. Postgres has neither and would refuse the whole statement. */
    static String of(String text) {
        StringBuilder storable = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == '\0' || Character.isSurrogate(c)) {
                storable = storable == null ? new StringBuilder(text) : storable;
                storable.setCharAt(i, UNKNOWN);
            }
        }
        return storable == null ? text : storable.toString();
    }
}
