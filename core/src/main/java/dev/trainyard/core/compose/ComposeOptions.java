package dev.trainyard.core.compose;

import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.training.Parameter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the submitter adds to a compose file.
 *
 * @param service the service that trains, if the file does not tell; null: the one that reserves a GPU, or the only one
 * @param environment the submitter's environment; it wins over {@code .env} and gives HOME
 * @param files the files beside the compose file: {@code .env} and those named by {@code env_file}
 * @param parameters appended to the command as {@code --name value}, in order
 * @param builtFromSource the caller packs a source and builds the image from it, so that the file need not name one
 * @param folder name of the folder of the first file, which names the project where nothing else does; null: there is none
 */
public record ComposeOptions(
        @Nullable String service,
        Map<String, String> environment,
        TextFiles files,
        List<Parameter> parameters,
        boolean builtFromSource,
        @Nullable String folder) {

    public ComposeOptions(
            @Nullable String service,
            Map<String, String> environment,
            TextFiles files,
            List<Parameter> parameters,
            boolean builtFromSource) {
        this(service, environment, files, parameters, builtFromSource, null);
    }

    /** The variable that names files to read in place of {@code .env}: paths, with commas between them. */
    public static final String ENV_FILES = "COMPOSE_ENV_FILES";

    public static final ComposeOptions NONE = new ComposeOptions(null, Map.of(), TextFiles.NONE, List.of(), false);
}
