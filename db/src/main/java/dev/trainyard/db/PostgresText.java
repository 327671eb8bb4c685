package dev.trainyard.db;

/** Text from logs, engines and strangers' records, as Postgres can store it. */
final class PostgresText {

    private static final char UNKNOWN = '\ufffd';

    private PostgresText() {}

    /** The text, with U+FFFD for NUL and for half surrogate pairs: Postgres has neither, and would refuse the whole statement. */
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
