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

/** Joins the pieces of a build's output to lines, and keeps the data for a failure message: the step, its last lines, whether the disk was full. */
final class BuildOutput {

    private static final int LINES_KEPT = 30;
    private static final int LONGEST_LINE = 4096;
    private static final Pattern STEP = Pattern.compile("Step (\\d{1,9}+)/(\\d{1,9}+) : (.*+)");
    private static final Pattern OF_THE_BUILDER = Pattern.compile("^( ---> |Removing intermediate container )");
    private static final Pattern TRIGGERS = Pattern.compile("^# Executing \\d+ build trigger");
    private static final Pattern COLOURS = Pattern.compile("\u001B\\[[0-9;]*m");

    /** Limits the checks of the disk, because a program may print the message any number of times. */
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
     * @param disk whether the engine's disk is full now: called when a program reports that no space is left, which may be another disk
     * @param instructions the instructions to build, in order: the steps
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

    /** The engine's error; null if there is none. */
    @Nullable
    String error() {
        return error;
    }

    /** The image of the last stage that was built; null if none yet. */
    @Nullable
    String imageId() {
        return imageId;
    }

    /** The current step in the engine's form: {@code Step 2/5 : RUN make}. Empty if none yet. */
    String step() {
        return step;
    }

    /** The last lines that the program of the step printed. */
    List<String> lastOfStep(int most) {
        return ofStep.subList(Math.max(0, ofStep.size() - most), ofStep.size());
    }

    /** Whether the program of the step reported that no space was left. */
    boolean saysNoSpaceLeft() {
        return noSpaceLeft;
    }

    /** Whether the engine's disk was full at that moment. When the failure is handled, the engine has already deleted the files of the step. */
    boolean diskWasFull() {
        return diskWasFull;
    }

    /**
     * Whether instructions of a base image (ONBUILD) may have run. Their output belongs to no step and can look like the beginning of another
     * step, so this is never reset.
     */
    boolean ranTriggers() {
        return ranTriggers;
    }

    /**
     * Whether the engine printed the line. The engine numbers its steps and prints each instruction as written; any other such line is from a
     * program. A program can also print the real next step. Then the step begins there, and again when the engine prints it.
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

    /** Between the keyword and the arguments there are flags, whose quotes are not kept. */
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
