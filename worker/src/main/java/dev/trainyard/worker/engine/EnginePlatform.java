package dev.trainyard.worker.engine;

/**
 * For what an engine builds images, as Go and image indexes spell it.
 *
 * @param os such as {@code linux}
 * @param architecture such as {@code amd64}
 * @param variant such as {@code v7} of arm; empty where there is none
 */
public record EnginePlatform(String os, String architecture, String variant) {

    /** Such as {@code linux/arm/v7}. */
    public String name() {
        return variant.isEmpty() ? os + "/" + architecture : os + "/" + architecture + "/" + variant;
    }
}
