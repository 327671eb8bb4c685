package dev.trainyard.worker.image;

import dev.trainyard.worker.container.EngineMessage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Condenses what the engine says of each layer, many times a second, to a line now and then. */
final class PullProgress implements Consumer<EngineMessage> {

    private static final long STEP = 10;

    private final Consumer<String> lines;
    private final Map<String, EngineMessage> downloads = new LinkedHashMap<>();
    private long shown;
    private @Nullable String error;

    PullProgress(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void accept(EngineMessage message) {
        if (message.error() != null) {
            error = message.error();
        } else if ("Downloading".equals(message.status()) && message.id() != null && message.total() > 0) {
            downloads.put(message.id(), message);
            show();
        } else if (message.id() == null && message.status() != null) {
            lines.accept(message.status());
        }
    }

    private void show() {
        long done =
                downloads.values().stream().mapToLong(EngineMessage::current).sum();
        long total = downloads.values().stream().mapToLong(EngineMessage::total).sum();
        long percent = done * 100 / total;
        if (percent >= shown + STEP) {
            shown = percent - percent % STEP;
            lines.accept("downloading %d%% of %d MiB".formatted(shown, total >> 20));
        }
    }

    @Nullable
    String error() {
        return error;
    }
}
