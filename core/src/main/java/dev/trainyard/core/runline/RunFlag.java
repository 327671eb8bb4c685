package dev.trainyard.core.runline;

import org.jspecify.annotations.Nullable;

/**
 * A flag that may stand before the image.
 *
 * @param name without dashes
 * @param letter its short form; a space: none
 * @param takesValue whether a value follows; else it is a switch, which may still be given as {@code --name=false}
 * @param repeats whether every occurrence counts; else the last one does
 * @param refusal why a training cannot have it; null: it can
 * @param unused why it changes nothing here; null: it does
 */
record RunFlag(
        String name,
        char letter,
        boolean takesValue,
        boolean repeats,
        @Nullable Refusal refusal,
        @Nullable Unused unused) {

    /** @param harmless a value with which the flag says nothing; null: there is none */
    record Refusal(String why, String remedy, @Nullable String harmless) {}

    /** @param usual the value of a switch with which it says nothing; empty: there is none */
    record Unused(String why, String usual) {}
}
