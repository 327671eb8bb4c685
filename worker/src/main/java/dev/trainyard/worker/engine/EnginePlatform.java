package dev.trainyard.worker.engine;

import java.util.Locale;
import java.util.Map;

/**
 * What an engine builds images for, or what an image is for, as Go and image indexes spell it.
 *
 * @param os such as {@code linux}
 * @param architecture such as {@code amd64}
 * @param variant such as {@code v7} of arm; empty where there is none
 */
public record EnginePlatform(String os, String architecture, String variant) {

    private static final Map<String, String> OTHER_WORDS =
            Map.of("x86_64", "amd64", "x86-64", "amd64", "aarch64", "arm64");

    /** What is meant where no variant is named. */
    private static final Map<String, String> VARIANTS = Map.of("amd64", "v1", "arm64", "v8", "arm", "v7");

    /** Such as {@code linux/arm/v7}. */
    public String name() {
        return variant.isEmpty() ? os + "/" + architecture : os + "/" + architecture + "/" + variant;
    }

    /** Whether that is what {@code --platform} calls it, in full. */
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
