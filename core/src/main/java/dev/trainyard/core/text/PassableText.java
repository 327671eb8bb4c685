package dev.trainyard.core.text;

/** Text that can be passed to a process and stored in Postgres: without NUL and without unpaired surrogates, which UTF-8 cannot encode. */
public final class PassableText {

    /** The error message for other text. It follows the name of the field. */
    public static final String PROBLEM = "contains NUL or an unpaired surrogate, which cannot be stored. Leave it out";

    private PassableText() {}

    public static boolean is(String text) {
        return text.codePoints().noneMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
