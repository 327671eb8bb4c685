package dev.trainyard.core.compose;

import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;

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

    static Span of(String file, Event event) {
        int end = event.getEndMark().map(Mark::getIndex).orElse(0);
        return event.getStartMark()
                .map(mark -> new Span(
                        file,
                        mark.getLine() + 1,
                        mark.getColumn() + 1,
                        mark.getIndex(),
                        end,
                        event.getEventId() == Event.ID.Alias))
                .orElseGet(() -> start(file));
    }

    Span until(Event last) {
        return new Span(
                file, line, column, start, last.getEndMark().map(Mark::getIndex).orElse(end), alias);
    }
}
