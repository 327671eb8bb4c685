package dev.trainyard.core.reading;

/**
 * A warning about a file that can still be used.
 *
 * @param where file, line and column, with the key
 */
public record Notice(String where, String what) {

    @Override
    public String toString() {
        return where + ": " + what;
    }
}
