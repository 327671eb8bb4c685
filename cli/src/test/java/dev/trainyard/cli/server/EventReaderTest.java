package dev.trainyard.cli.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.server.EventReader.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventReaderTest {

    @Test
    void events_are_read_as_the_standard_defines_them() throws IOException {
        assertThat(
                        read(
                                ": keep alive\n\nevent: log\nid: 1:7\ndata: {\"a\":\ndata:1}\n\ndata:  x\r\nignored: y\n\nevent: state\n\ndata\n\n"))
                .containsExactly(
                        new Event("log", "{\"a\":\n1}", "1:7"),
                        new Event("message", " x", "1:7"),
                        new Event("message", "", "1:7"));
    }

    @Test
    void an_incomplete_event_is_ignored() throws IOException {
        assertThat(read("event: log\ndata: {\"a\"")).isEmpty();
    }

    private static List<Event> read(String stream) throws IOException {
        EventReader reader = new EventReader(new ByteArrayInputStream(stream.getBytes(UTF_8)));
        List<Event> events = new ArrayList<>();
        for (Event event = reader.next(); event != null; event = reader.next()) {
            events.add(event);
        }
        return events;
    }
}
