/**
 * What people, Docker and Linux write and read in words: sizes, durations, names, shell words,
 * capabilities, and excerpts that are safe to show.
 */
@NullMarked
package dev.trainyard.core.text;

import org.jspecify.annotations.NullMarked;
