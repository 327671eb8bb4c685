package dev.trainyard.submitter.rest;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes a {@code text/event-stream}. Writing fails once the client is known to have disconnected. */
final class EventStream {

    private final OutputStream out;
    private final JsonMapper json;

    private EventStream(OutputStream out, JsonMapper json) {
        this.out = out;
        this.json = json;
    }

    static EventStream open(HttpServletResponse response, JsonMapper json) throws IOException {
        response.setContentType("text/event-stream;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        // Tells proxies not to buffer.
        response.setHeader("X-Accel-Buffering", "no");
        response.flushBuffer();
        return new EventStream(response.getOutputStream(), json);
    }

    /** The data is one line, because our JSON contains no line breaks. */
    void send(String event, @Nullable String id, Object data) throws IOException {
        String head = "event: " + event + "\n" + (id == null ? "" : "id: " + id + "\n") + "data: ";
        out.write(head.getBytes(StandardCharsets.UTF_8));
        out.write(json.writeValueAsBytes(data));
        out.write('\n');
        out.write('\n');
    }

    void comment(String text) throws IOException {
        out.write((": " + text + "\n\n").getBytes(StandardCharsets.UTF_8));
    }

    void flush() throws IOException {
        out.flush();
    }
}
