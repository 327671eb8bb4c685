package dev.trainyard.core.runline;

import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.training.TrainingSpec;
import java.util.Map;

/**
 * The words of {@code docker run}, understood as Docker means them.
 *
 * @param training its {@link TrainingSpec#service() service} is called after the image
 * @param detached {@code -d}: the caller does not stay with the container
 */
public record RunLine(TrainingSpec training, boolean detached) {

    /**
     * Reads {@code [FLAG]… IMAGE [ARG]…}. Pure: files are read by the caller. Files, volumes and devices are those of the
     * worker's host; where the worker's policy has the last word, a notice says so.
     *
     * @param words as {@link RunWords#split} has told them apart; to be read once
     * @param environment the submitter's environment, for {@code -e NAME}
     * @param files those named by {@code --env-file} and {@code --label-file}
     * @throws InvalidRunLine with every problem, each with the argument's number, the flag and a remedy; nothing else is thrown
     *     for any words
     */
    public static RunLine read(RunWords words, Map<String, String> environment, TextFiles files) {
        return new RunLineReader(words, environment, files).read();
    }
}
