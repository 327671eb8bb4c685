package dev.trainyard.worker.engine;

import java.util.Locale;
import java.util.Map;

/**
 * The platform of an engine or an image, in the spelling of Go and of image indexes.
 *
 * @param os for example {@code linux}
 * @param architecture for example {@code amd64}
 * @param variant for example {@code v7} of arm; empty if there is none
 */
public record EnginePlatform(String os, String architecture, String variant) {

    private static final Map<String, String> OTHER_WORDS =
            Map.of("x86_64", "amd64", "x86-64", "amd64", "aarch64", "arm64");

    /** Default variants. */
    private static final Map<String, String> VARIANTS = Map.of("amd64", "v1", "arm64", "v8", "arm", "v7");

    /** For example {@code linux/arm/v7}. */
    public String name() {
        return variant.isEmpty() ? os + "/" + architecture : os + "/" + architecture + "/" + variant;
    }

    /** Whether the value of {@code --platform} is exactly this platform. */
    public boolean isNamed(String word) {
        String[] parts = word.toLowerCase(Locale.ROOT).split("/", -1);
        if (parts.length != 2 && parts.length != 3) {
            return false;
        }
        String named = OTHER_WORDS.getOrDefault(parts[1], parts[1]);
        return parts[0].equals(os)
                && named.equals(architecture)
                && variantOr(parts.length == 3 ? parts[2] : "").equals(variantOr(variant));
    }

    private String variantOr(String named) {
        return named.isEmpty() ? VARIANTS.getOrDefault(architecture, "") : named;
    }
}
