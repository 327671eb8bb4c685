package dev.trainyard.core.compose;

import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Where something stands in a text.
 *
 * @param line counts from 1
 * @param column counts from 1
 * @param start offset of its first character, in code points
 * @param end offset after its last character, in code points
 * @param alias whether only a reference to an anchor stands here
 */
record Span(int line, int column, int start, int end, boolean alias) {

    static final Span START = new Span(1, 1, 0, 0, false);

    static Span of(Event event) {
        int end = event.getEndMark().map(Mark::getIndex).orElse(0);
        return event.getStartMark()
                .map(mark -> new Span(
                        mark.getLine() + 1,
                        mark.getColumn() + 1,
                        mark.getIndex(),
                        end,
                        event.getEventId() == Event.ID.Alias))
                .orElse(START);
    }

    Span until(Event last) {
        return new Span(
                line, column, start, last.getEndMark().map(Mark::getIndex).orElse(end), alias);
    }
}
