package dev.trainyard.worker.image;

import dev.trainyard.worker.container.EngineMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts the pieces of a build's output together to lines, and remembers what a failure needs: the last ones, the step. */
final class BuildOutput {

    private static final int LINES_KEPT = 30;
    private static final int LONGEST_LINE = 4096;
    private static final Pattern STEP = Pattern.compile("Step \\d+/\\d+ : .*");
    private static final Pattern OF_THE_BUILDER = Pattern.compile("^( ---> |Removing intermediate container )");
    private static final Pattern COLOURS = Pattern.compile("\u001B\\[[0-9;]*m");

    private final Consumer<String> lines;
    private final StringBuilder pending = new StringBuilder();
    private final Deque<String> last = new ArrayDeque<>();
    private final List<String> ofStep = new ArrayList<>();
    private String step = "";
    private @Nullable String error;
    private @Nullable String imageId;

    BuildOutput(Consumer<String> lines) {
        this.lines = lines;
    }

    void accept(EngineMessage message) {
        if (message.error() != null) {
            error = message.error();
        } else if (message.imageId() != null) {
            imageId = message.imageId();
        } else if (message.stream() != null) {
            pending.append(message.stream());
            for (int end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
                line(pending.substring(0, end));
                pending.delete(0, end + 1);
            }
            if (pending.length() > LONGEST_LINE) {
                flush();
            }
        } else if (message.status() != null && message.id() == null) {
            line(message.status());
        }
    }

    void flush() {
        if (!pending.isEmpty()) {
            line(pending.toString());
            pending.setLength(0);
        }
    }

    /** Why the engine gave up; null: it did not. */
    @Nullable
    String error() {
        return error;
    }

    /** The image of the stage that was built last; null: none yet. */
    @Nullable
    String imageId() {
        return imageId;
    }

    /** The step that it was at, in the engine's words: {@code Step 2/5 : RUN make}; empty: none yet. */
    String step() {
        return step;
    }

    /** The last lines that the step's own program printed. */
    List<String> lastOfStep(int most) {
        return ofStep.subList(Math.max(0, ofStep.size() - most), ofStep.size());
    }

    String lastLines() {
        return String.join("\n", last);
    }

    private void line(String raw) {
        String line = COLOURS.matcher(raw).replaceAll("").stripTrailing();
        if (line.isEmpty()) {
            return;
        }
        if (STEP.matcher(line).matches()) {
            step = line;
            ofStep.clear();
        } else if (!OF_THE_BUILDER.matcher(line).find()) {
            ofStep.add(line.strip());
            if (ofStep.size() > LINES_KEPT) {
                ofStep.removeFirst();
            }
        }
        last.addLast(line);
        if (last.size() > LINES_KEPT) {
            last.removeFirst();
        }
        lines.accept(line);
    }
}
