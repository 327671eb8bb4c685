package dev.trainyard.core.text;

/** Text that a process can be passed and Postgres can store: without NUL, and without halves of surrogate pairs, which UTF-8 does not have. */
public final class PassableText {

    /** For messages about a text that is not, after the name of the field. */
    public static final String PROBLEM =
            "contains NUL or half of a surrogate pair, which cannot be stored. Leave it out";

    private PassableText() {}

    public static boolean is(String text) {
        return text.codePoints().noneMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
