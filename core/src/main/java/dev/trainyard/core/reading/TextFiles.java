package dev.trainyard.core.reading;

import java.util.Optional;

/** The files beside a compose file. */
@FunctionalInterface
public interface TextFiles {

    TextFiles NONE = _ -> Optional.empty();

    /**
     * The text of a file, or empty if there is none.
     *
     * @param path as written in the compose file: absolute, or relative to the compose file's folder
     */
    Optional<String> read(String path);
}
