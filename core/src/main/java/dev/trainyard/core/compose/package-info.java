/**
 * How a compose file becomes a training, as Compose means it; nothing is ignored silently. Entry:
 * {@link dev.trainyard.core.compose.ComposeResolver}.
 */
@NullMarked
package dev.trainyard.core.compose;

import org.jspecify.annotations.NullMarked;
