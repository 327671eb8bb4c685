package dev.trainyard.submitter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads server-sent events, one after the other. */
final class SseReader implements AutoCloseable {

    private final BufferedReader reader;

    SseReader(InputStream in) {
        this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    record Event(String name, @Nullable String id, JsonNode data) {

        String text() {
            return data.path("text").asString();
        }
    }

    /** The next event, comments left out; null at the end of the stream. */
    @Nullable
    Event next() {
        String name = "";
        String id = null;
        try {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring("event: ".length());
                } else if (line.startsWith("id: ")) {
                    id = line.substring("id: ".length());
                } else if (line.startsWith("data: ")) {
                    return new Event(name, id, JsonMapper.shared().readTree(line.substring("data: ".length())));
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next event of this name; others are passed over. */
    Event next(String name) {
        return next(event -> event.name().equals(name));
    }

    /** The next event like this; others are passed over. */
    Event next(Predicate<Event> wanted) {
        for (Event event = next(); event != null; event = next()) {
            if (wanted.test(event)) {
                return event;
            }
        }
        throw new AssertionError("the stream ended without the event");
    }

    List<Event> rest() {
        List<Event> events = new ArrayList<>();
        for (Event event = next(); event != null; event = next()) {
            events.add(event);
        }
        return events;
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
