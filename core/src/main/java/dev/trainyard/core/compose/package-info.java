/**
 * Converts a compose file to a training, as Compose reads it. Nothing is ignored silently. Entry:
 * {@link dev.trainyard.core.compose.ComposeResolver}.
 */
@NullMarked
package dev.trainyard.core.compose;

import org.jspecify.annotations.NullMarked;
