package dev.trainyard.core.reading;

import java.util.Optional;

/** Reads the files next to a compose file. */
@FunctionalInterface
public interface TextFiles {

    TextFiles NONE = _ -> Optional.empty();

    /**
     * The text of a file. Empty if it does not exist.
     *
     * @param path as written in the compose file: absolute, or relative to the compose file's folder
     */
    Optional<String> read(String path);
}
