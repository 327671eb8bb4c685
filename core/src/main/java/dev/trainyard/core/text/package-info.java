/**
 * The text formats of people, Docker and Linux: sizes, durations, names, shell words and capabilities, and excerpts that are safe to show.
 */
@NullMarked
package dev.trainyard.core.text;

import org.jspecify.annotations.NullMarked;
