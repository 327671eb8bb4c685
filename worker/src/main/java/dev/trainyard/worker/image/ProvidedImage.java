package dev.trainyard.worker.image;

/**
 * An image that this host has now.
 *
 * @param id {@code sha256:…} of its configuration
 */
public record ProvidedImage(String id) {}
