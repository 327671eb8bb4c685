package dev.trainyard.core.compose;

/**
 * One compose file, read.
 *
 * @param name shown in problems and notices
 * @param text its content
 */
public record ComposeText(String name, String text) {}
