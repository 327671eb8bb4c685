package dev.trainyard.worker.image;

import dev.trainyard.worker.engine.EngineMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts the pieces of a build's output together to lines, and remembers what a failure needs: the step, its last lines, whether the disk was full. */
final class BuildOutput {

    private static final int LINES_KEPT = 30;
    private static final int LONGEST_LINE = 4096;
    private static final Pattern STEP = Pattern.compile("Step (\\d{1,9}+)/(\\d{1,9}+) : .*");
    private static final Pattern OF_THE_BUILDER = Pattern.compile("^( ---> |Removing intermediate container )");
    private static final Pattern TRIGGERS = Pattern.compile("^# Executing \\d+ build trigger");
    private static final Pattern COLOURS = Pattern.compile("\u001B\\[[0-9;]*m");

    /** Measuring is no matter, unless somebody prints the words without end. */
    private static final int MOST_LOOKS = 20;

    private final Consumer<String> lines;
    private final BooleanSupplier disk;
    private final StringBuilder pending = new StringBuilder();
    private final List<String> ofStep = new ArrayList<>();
    private String step = "";
    private int steps;
    private int ofSteps;
    private @Nullable String error;
    private @Nullable String imageId;
    private int looks;
    private boolean noSpaceLeft;
    private boolean diskWasFull;
    private boolean ranTriggers;

    /** @param disk whether the engine's disk is full now: asked when a program says that no space is left, which may be about something else */
    BuildOutput(Consumer<String> lines, BooleanSupplier disk) {
        this.lines = lines;
        this.disk = disk;
    }

    void accept(EngineMessage message) {
        if (message.error() != null) {
            flush();
            error = message.error();
        } else if (message.imageId() != null) {
            imageId = message.imageId();
        } else if (message.stream() != null) {
            pending.append(message.stream());
            int start = 0;
            for (int end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n", start)) {
                line(pending.substring(start, end));
                start = end + 1;
            }
            pending.delete(0, start);
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

    /** Whether the step's own program said that no space was left. */
    boolean saysNoSpaceLeft() {
        return noSpaceLeft;
    }

    /** Whether the engine's disk was full when it said so: by the time of the failure the engine has thrown away what filled it. */
    boolean diskWasFull() {
        return diskWasFull;
    }

    /** Whether the step went on with instructions that its base image brought (ONBUILD): their words are in no step. */
    boolean ranTriggers() {
        return ranTriggers;
    }

    /** The engine counts its steps. Any other such line a program has printed. */
    private boolean isNextStep(String line) {
        Matcher next = STEP.matcher(line);
        if (!next.matches() || Integer.parseInt(next.group(1)) != steps + 1) {
            return false;
        }
        int total = Integer.parseInt(next.group(2));
        if (steps > 0 && total != ofSteps) {
            return false;
        }
        steps++;
        ofSteps = total;
        return true;
    }

    private void line(String raw) {
        String line = COLOURS.matcher(raw).replaceAll("").stripTrailing();
        if (line.isEmpty()) {
            return;
        }
        if (isNextStep(line)) {
            step = line;
            ofStep.clear();
            noSpaceLeft = false;
            diskWasFull = false;
            ranTriggers = false;
        } else if (!OF_THE_BUILDER.matcher(line).find()) {
            ranTriggers |= TRIGGERS.matcher(line).find();
            ofStep.add(line.strip());
            if (ofStep.size() > LINES_KEPT) {
                ofStep.removeFirst();
            }
            if (RegistryWords.sayNoSpaceLeft(line)) {
                noSpaceLeft = true;
                diskWasFull |= looks++ < MOST_LOOKS && disk.getAsBoolean();
            }
        }
        lines.accept(line);
    }
}
