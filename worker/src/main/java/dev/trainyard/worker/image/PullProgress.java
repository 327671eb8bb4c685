package dev.trainyard.worker.image;

import dev.trainyard.worker.engine.EngineMessage;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Summarizes the engine's messages, several per second and layer, in a line every few seconds. */
final class PullProgress {

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final Set<String> LAYER_DONE = Set.of("Pull complete", "Already exists");

    private final String reference;
    private final Consumer<String> lines;
    private final LongSupplier nanoTime;
    private final Set<String> layers = new HashSet<>();
    private final Set<String> done = new HashSet<>();
    private final Map<String, EngineMessage> downloads = new LinkedHashMap<>();
    private long lastLine;
    private @Nullable String error;

    PullProgress(String reference, Consumer<String> lines, LongSupplier nanoTime) {
        this.reference = reference;
        this.lines = lines;
        this.nanoTime = nanoTime;
        this.lastLine = nanoTime.getAsLong();
    }

    void accept(EngineMessage message) {
        if (message.error() != null) {
            error = message.error();
        } else if (message.status() != null && message.id() != null) {
            layer(message.id(), message.status(), message);
        } else if (message.status() != null) {
            lines.accept(message.status());
        }
    }

    /** The engine's error; null if there is none. */
    @Nullable
    String error() {
        return error;
    }

    private void layer(String id, String status, EngineMessage message) {
        if (status.startsWith("Pulling from")) {
            lines.accept(status);
            return;
        }
        layers.add(id);
        if (status.equals("Downloading")) {
            downloads.put(id, message);
        }
        boolean layerDone = LAYER_DONE.contains(status) && done.add(id);
        long now = nanoTime.getAsLong();
        if (now - lastLine >= BETWEEN_LINES.toNanos() || (layerDone && done.size() == layers.size())) {
            lastLine = now;
            lines.accept(summary());
        }
    }

    private String summary() {
        long current = 0;
        long total = 0;
        for (Map.Entry<String, EngineMessage> download : downloads.entrySet()) {
            long size = download.getValue().total();
            total += size;
            current += done.contains(download.getKey())
                    ? size
                    : download.getValue().current();
        }
        String bytes = total == 0 ? "" : ", %d of %d MB".formatted(current / 1_000_000, total / 1_000_000);
        return "pulling %s: %d of %d layers%s".formatted(reference, done.size(), layers.size(), bytes);
    }
}
