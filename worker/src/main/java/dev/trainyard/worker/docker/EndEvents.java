package dev.trainyard.worker.docker;

import com.github.dockerjava.transport.DockerHttpClient.Request;
import dev.trainyard.core.lifecycle.EndRecord;
import dev.trainyard.worker.engine.ContainerStatus;
import dev.trainyard.worker.engine.EngineRefused;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the engine's events about a container's end. The engine keeps its last 256 events of all kinds until it is restarted. A signal
 * sent through the engine is recorded before the end, a stop right after it.
 */
final class EndEvents {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int SIGNALLED = 128;

    /** How long events may arrive after the end. Waited for only if the other data is not conclusive. */
    private static final Duration LATE = Duration.ofSeconds(2);

    private static final EndRecord NOTHING = new EndRecord(false, List.of(), false);

    private EndEvents() {}

    /** For an exited container. Its times and those of the events are all by the engine's clock. */
    static EndRecord read(Connection connection, ContainerStatus exited) throws InterruptedException {
        Instant started = exited.startedAt();
        Instant finished = exited.finishedAt();
        if (started == null || finished == null) {
            return NOTHING;
        }
        // If a container ends at once, the engine may record the end before the start.
        Instant since = started.isBefore(finished) ? started : finished;
        String filters = JSON.writeValueAsString(
                Map.of("container", List.of(exited.id().value()), "event", List.of("kill", "die", "stop")));
        Request request = Request.builder()
                .method(Request.Method.GET)
                .path("/events?since=%s&until=%s&filters=%s"
                        .formatted(
                                time(since),
                                time(finished.plus(LATE)),
                                URLEncoder.encode(filters, StandardCharsets.UTF_8)))
                .build();
        try {
            return connection.stream(request, stream -> read(stream, exited.exitCode()));
        } catch (EngineRefused e) {
            // A proxy in front of the engine may hold back events.
            return NOTHING;
        }
    }

    private static EndRecord read(InputStream stream, int exitCode) {
        List<Integer> signals = new ArrayList<>();
        boolean died = false;
        var events = JSON.readerFor(JsonNode.class).<JsonNode>readValues(stream);
        while (events.hasNextValue()) {
            JsonNode event = events.nextValue();
            switch (event.path("Action").asString("")) {
                case "kill" -> signals.add(signal(event));
                case "stop" -> {
                    return new EndRecord(true, signals, true);
                }
                case "die" -> {
                    died = true;
                    if (signals.isEmpty() || signals.contains(exitCode - SIGNALLED)) {
                        return new EndRecord(true, signals, false);
                    }
                }
                default -> {}
            }
        }
        return new EndRecord(died, signals, false);
    }

    private static int signal(JsonNode event) {
        String number = event.path("Actor").path("Attributes").path("signal").asString("");
        return number.matches("[0-9]{1,3}") ? Integer.parseInt(number) : 0;
    }

    private static String time(Instant at) {
        return "%d.%09d".formatted(at.getEpochSecond(), at.getNano());
    }
}
