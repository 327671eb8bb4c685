package dev.trainyard.core.training;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the compose file wants the image built.
 *
 * @param context folder to pack, absolute or relative to the compose file's folder
 * @param dockerfile path within the context
 * @param dockerfileInline the Dockerfile's text, to be packed under the name {@link #INLINE}; null: the context has it
 * @param args build arguments, in order
 * @param target stage to stop at
 */
public record BuildSpec(
        String context,
        String dockerfile,
        @Nullable String dockerfileInline,
        Map<String, String> args,
        @Nullable String target) {

    /** The name within the context of a Dockerfile that does not lie there. */
    public static final String INLINE = ".compose.Dockerfile";

    /** The path of the file that Docker takes if there is no {@code Dockerfile}: {@code dockerfile}. Other paths stay as they are. */
    public static String inLowerCase(String dockerfile) {
        int name = dockerfile.lastIndexOf('/') + 1;
        return dockerfile.substring(name).equals("Dockerfile")
                ? dockerfile.substring(0, name) + "dockerfile"
                : dockerfile;
    }
}
