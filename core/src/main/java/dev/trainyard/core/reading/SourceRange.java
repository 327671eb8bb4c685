package dev.trainyard.core.reading;

/**
 * Where something stands in a text.
 *
 * @param file the text's name, as people know it
 * @param line counts from 1
 * @param column counts from 1
 * @param start offset of its first character, in code points
 * @param end offset after its last character, in code points
 * @param alias whether only a reference to an anchor stands here
 */
public record SourceRange(String file, int line, int column, int start, int end, boolean alias) {

    public static SourceRange start(String file) {
        return new SourceRange(file, 1, 1, 0, 0, false);
    }
}
