package dev.trainyard.core.compose;

import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.training.Parameter;
import dev.trainyard.core.training.ProjectFolder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The submitter's options for a compose file.
 *
 * @param service the service that trains. Null: the one that reserves a GPU, or the only one
 * @param environment the submitter's environment, including HOME. It overrides {@code .env}
 * @param files the files next to the compose file: {@code .env} and those named by {@code env_file}
 * @param parameters appended to the command as {@code --name value}, in order
 * @param builtFromSource whether the caller packs a source from which the image is built, so that the file does not have to name an image
 * @param folder the name of the first file's folder, which is the default name of the project. May be null
 * @param project the first file's folder, for sources of mounts. Null: the submitter's files cannot be mounted
 */
public record ComposeOptions(
        @Nullable String service,
        Map<String, String> environment,
        TextFiles files,
        List<Parameter> parameters,
        boolean builtFromSource,
        @Nullable String folder,
        @Nullable ProjectFolder project) {

    public ComposeOptions(
            @Nullable String service,
            Map<String, String> environment,
            TextFiles files,
            List<Parameter> parameters,
            boolean builtFromSource) {
        this(service, environment, files, parameters, builtFromSource, null, null);
    }

    /** The variable with files to read instead of {@code .env}: paths, separated by commas. */
    public static final String ENV_FILES = "COMPOSE_ENV_FILES";

    public static final ComposeOptions NONE = new ComposeOptions(null, Map.of(), TextFiles.NONE, List.of(), false);
}
