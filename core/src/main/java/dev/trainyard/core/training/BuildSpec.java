package dev.trainyard.core.training;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to build the image, from the {@code build} section of the compose file.
 *
 * @param context folder to pack, absolute or relative to the folder of the compose file
 * @param dockerfile path within the context
 * @param dockerfileInline the text of the Dockerfile, packed as {@link #INLINE}; null if the context contains the Dockerfile
 * @param args build arguments, in order
 * @param target stage to stop at
 */
public record BuildSpec(
        String context,
        String dockerfile,
        @Nullable String dockerfileInline,
        Map<String, String> args,
        @Nullable String target) {

    /** File name in the packed context for an inline Dockerfile. */
    public static final String INLINE = ".compose.Dockerfile";

    /** The path of the file that Docker takes if there is no {@code Dockerfile}: {@code dockerfile}. Other paths stay as they are. */
    public static String inLowerCase(String dockerfile) {
        int name = dockerfile.lastIndexOf('/') + 1;
        return dockerfile.substring(name).equals("Dockerfile")
                ? dockerfile.substring(0, name) + "dockerfile"
                : dockerfile;
    }
}
