package dev.trainyard.core.runline;

import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.training.ProjectFolder;
import dev.trainyard.core.training.TrainingSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words of {@code docker run}, read as Docker reads them.
 *
 * @param training the training. Its {@link TrainingSpec#service() service} is named after the image
 * @param detached {@code -d}: the caller does not follow the container
 */
public record RunLine(TrainingSpec training, boolean detached) {

    /**
     * Reads {@code [FLAG]… IMAGE [ARG]…}. Pure: the caller reads files. Paths, volumes and devices refer to the worker's host. If the worker's
     * policy decides about a flag, a notice says so.
     *
     * @param words the result of {@link RunWords#split}. Can be read only once
     * @param environment the submitter's environment, for {@code -e NAME}
     * @param files the files in {@code --env-file} and {@code --label-file}
     * @throws InvalidRunLine with all problems, each with the argument's number, the flag and a remedy. No words cause another exception
     */
    public static RunLine read(RunWords words, Map<String, String> environment, TextFiles files) {
        return read(words, environment, files, null);
    }

    /**
     * As {@link #read(RunWords, Map, TextFiles)}, where the submitter's files can be mounted.
     *
     * @param project the working directory; null: it is not known
     */
    public static RunLine read(
            RunWords words, Map<String, String> environment, TextFiles files, @Nullable ProjectFolder project) {
        return new RunLineReader(words, environment, files, project).read();
    }
}
