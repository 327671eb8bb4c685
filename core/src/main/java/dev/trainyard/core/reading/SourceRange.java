package dev.trainyard.core.reading;

/**
 * A range of a text.
 *
 * @param file the name of the text, as people know it
 * @param line counts from 1
 * @param column counts from 1
 * @param start offset of its first character, in code points
 * @param end offset after its last character, in code points
 * @param alias whether the range is an alias of an anchor
 */
public record SourceRange(String file, int line, int column, int start, int end, boolean alias) {

    public static SourceRange start(String file) {
        return new SourceRange(file, 1, 1, 0, 0, false);
    }
}
