/**
 * The words of {@code docker run}: read into a training, and written for people. Entry: {@link
 * dev.trainyard.core.runline.RunLine}.
 */
@NullMarked
package dev.trainyard.core.runline;

import org.jspecify.annotations.NullMarked;
