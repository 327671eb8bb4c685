/**
 * Runs attempts: one Spring Batch job of three steps each, image, container, outputs. Entry: {@link
 * dev.trainyard.worker.attempt.Attempts}.
 */
@NullMarked
package dev.trainyard.worker.attempt;

import org.jspecify.annotations.NullMarked;
