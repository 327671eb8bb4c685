package dev.trainyard.core.lifecycle;

import dev.trainyard.core.text.HiddenValues;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Clues in the end of a container's log about why the container ended. They are only hints for a person, because a program can print
 * anything.
 *
 * @param lastLine the last line that is not blank, shortened
 */
public record LogClues(boolean noSpaceLeft, boolean gpuOutOfMemory, Optional<String> lastLine) {

    private static final int LAST_LINE_CHARS = 300;

    /** Messages of PyTorch, TensorFlow, JAX and the CUDA runtime, in this order. */
    private static final List<String> GPU_MEMORY = List.of(
            "cuda out of memory",
            "torch.outofmemoryerror",
            "torch.cuda.outofmemoryerror",
            "resource_exhausted: out of memory",
            "cuda_error_out_of_memory",
            "cudaerrormemoryallocation");

    private static final String TENSORFLOW = "resourceexhaustederror";

    /** How much of the end of a log is searched. */
    public static final int TAIL_CHARS = 32 * 1024;

    /** @param hidden values that the last line is told without: before it is shortened, and if one has several lines */
    public static LogClues of(String tail, HiddenValues hidden) {
        String lower = tail.toLowerCase(Locale.ROOT);
        List<String> lines = hidden.maskedIn(tail)
                .lines()
                // A progress bar overwrites its line. Its final text follows the last carriage return.
                .map(line -> line.substring(line.lastIndexOf('\r') + 1).strip())
                .filter(line -> !line.isEmpty())
                .toList();
        Optional<String> last =
                lines.isEmpty() ? Optional.empty() : Optional.of(hidden.maskedInWordsOfOthers(lines.getLast()));
        return new LogClues(
                lower.contains("no space left on device"),
                GPU_MEMORY.stream().anyMatch(lower::contains) || lower.lines().anyMatch(LogClues::isTensorFlows),
                last.map(line -> line.length() > LAST_LINE_CHARS ? line.substring(0, LAST_LINE_CHARS) + "…" : line));
    }

    private static boolean isTensorFlows(String line) {
        int error = line.indexOf(TENSORFLOW);
        return error >= 0 && line.indexOf("oom", error) >= 0;
    }
}
