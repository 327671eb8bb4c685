package dev.trainyard.worker.image;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
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
    private static final Pattern STEP = Pattern.compile("Step (\\d{1,9}+)/(\\d{1,9}+) : (.*+)");
    private static final Pattern OF_THE_BUILDER = Pattern.compile("^( ---> |Removing intermediate container )");
    private static final Pattern TRIGGERS = Pattern.compile("^# Executing \\d+ build trigger");
    private static final Pattern COLOURS = Pattern.compile("\u001B\\[[0-9;]*m");

    /** Measuring is no matter, unless somebody prints the words without end. */
    private static final int MOST_LOOKS = 20;

    private final Consumer<String> lines;
    private final BooleanSupplier disk;
    private final List<DockerfileInstruction> instructions;
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

    /**
     * @param disk whether the engine's disk is full now: asked when a program says that no space is left, which may be about something else
     * @param instructions that the engine builds, in their order: its steps
     */
    BuildOutput(Consumer<String> lines, BooleanSupplier disk, List<DockerfileInstruction> instructions) {
        this.lines = lines;
        this.disk = disk;
        this.instructions = instructions;
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

    /**
     * Whether instructions of a base image (ONBUILD) may have run: their words are in no step. They may have said that another step has begun,
     * so this is not taken back.
     */
    boolean ranTriggers() {
        return ranTriggers;
    }

    /**
     * The engine counts its steps, and prints each instruction as it is written. Any other such line a program has printed. A program
     * may also announce the true next step, whose words count from then on; once more when the engine announces it.
     */
    private boolean isStep(String line) {
        Matcher next = STEP.matcher(line);
        if (!next.matches()) {
            return false;
        }
        int number = Integer.parseInt(next.group(1));
        int total = Integer.parseInt(next.group(2));
        if (number != steps && number != steps + 1
                || steps > 0 && total != ofSteps
                || number < 1
                || number > instructions.size()
                || !isInstruction(instructions.get(number - 1), line.substring(next.start(3)))) {
            return false;
        }
        steps = number;
        ofSteps = total;
        return true;
    }

    /** Between the word and the arguments are flags, in quotes that we do not keep. */
    private static boolean isInstruction(DockerfileInstruction instruction, String text) {
        int word = instruction.word().length();
        String arguments = instruction.arguments();
        return text.regionMatches(true, 0, instruction.word(), 0, word)
                && text.length() >= word + arguments.length()
                && text.endsWith(arguments)
                && (text.length() == word || isBlank(text.charAt(word)))
                && (arguments.isEmpty() || isBlank(text.charAt(text.length() - arguments.length() - 1)));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private void line(String raw) {
        String line = COLOURS.matcher(raw).replaceAll("").stripTrailing();
        if (line.isEmpty()) {
            return;
        }
        if (isStep(line)) {
            step = line;
            ofStep.clear();
            noSpaceLeft = false;
            diskWasFull = false;
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
