package dev.trainyard.worker.image;

import dev.trainyard.worker.container.EngineMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The output of a build as lines, and what it says when it fails. */
final class BuildOutput implements Consumer<EngineMessage> {

    private static final int KEPT_LINES = 8;
    private static final int LINE_CHARS = 4096;

    private final Consumer<String> lines;
    private final PullProgress baseImage;
    private final StringBuilder unfinished = new StringBuilder();
    private final Deque<String> last = new ArrayDeque<>();
    private String step = "";
    private @Nullable String error;

    BuildOutput(Consumer<String> lines) {
        this.lines = lines;
        this.baseImage = new PullProgress(lines);
    }

    @Override
    public void accept(EngineMessage message) {
        if (message.error() != null) {
            flush();
            error = message.error();
        } else if (message.stream() != null) {
            take(message.stream());
        } else {
            baseImage.accept(message);
        }
    }

    private void take(String piece) {
        unfinished.append(piece);
        int end;
        while ((end = unfinished.indexOf("\n")) >= 0) {
            String line = unfinished.substring(0, end);
            unfinished.delete(0, end + 1);
            line(line);
        }
        if (unfinished.length() > LINE_CHARS) {
            flush();
        }
    }

    private void flush() {
        if (!unfinished.isEmpty()) {
            line(unfinished.toString());
            unfinished.setLength(0);
        }
    }

    private void line(String raw) {
        // A progress bar rewrites its line: its last state stands for it.
        String text = raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw;
        String line = text.substring(text.lastIndexOf('\r') + 1);
        if (line.isBlank()) {
            return;
        }
        if (line.startsWith("Step ")) {
            step = line;
            last.clear();
        } else {
            last.add(line);
            if (last.size() > KEPT_LINES) {
                last.remove();
            }
        }
        lines.accept(line);
    }

    @Nullable
    String error() {
        return error;
    }

    /** The step that failed, the engine's words, and what the step said last. */
    String failure() {
        String hint = error != null && error.contains("the --mount option requires BuildKit")
                ? ". This engine's builder is the classic one: write the Dockerfile without RUN --mount and # syntax="
                : "";
        return "%s%s%s%s"
                .formatted(
                        step.isEmpty() ? "" : step + ": ",
                        error,
                        hint,
                        last.isEmpty() ? "" : "\n" + String.join("\n", last));
    }
}
