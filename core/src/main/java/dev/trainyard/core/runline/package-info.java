/**
 * Reads the words of {@code docker run} into a training, and writes them for people. Entry: {@link
 * dev.trainyard.core.runline.RunLine}.
 */
@NullMarked
package dev.trainyard.core.runline;

import org.jspecify.annotations.NullMarked;
