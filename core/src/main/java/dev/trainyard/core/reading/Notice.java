package dev.trainyard.core.reading;

/**
 * Something that the submitter should know, although the file can be used.
 *
 * @param where file, line and column, with the key
 */
public record Notice(String where, String what) {

    @Override
    public String toString() {
        return where + ": " + what;
    }
}
