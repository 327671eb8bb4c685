package dev.trainyard.core.runline;

import org.jspecify.annotations.Nullable;

/**
 * A flag before the image.
 *
 * @param name without dashes
 * @param letter its short form. A space if it has none
 * @param takesValue whether a value follows. Otherwise it is a switch, which can still be given as {@code --name=false}
 * @param repeats whether every occurrence counts. Otherwise only the last one counts
 * @param refusal why a training cannot have it. Null if it can
 * @param unused why it has no effect. Null if it has one
 */
record RunFlag(
        String name,
        char letter,
        boolean takesValue,
        boolean repeats,
        @Nullable Refusal refusal,
        @Nullable Unused unused) {

    /** @param harmless a value with which the flag has no effect. May be null */
    record Refusal(String why, String remedy, @Nullable String harmless) {}

    /** @param usual the value with which the switch has no effect. Empty if there is none */
    record Unused(String why, String usual) {}
}
