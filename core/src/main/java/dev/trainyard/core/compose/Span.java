package dev.trainyard.core.compose;

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
record Span(String file, int line, int column, int start, int end, boolean alias) {

    static Span start(String file) {
        return new Span(file, 1, 1, 0, 0, false);
    }
}
