/**
 * How a compose file and parameters become a training, as Docker Compose means the file; nothing in it is ignored silently.
 * Entry: {@link dev.trainyard.core.compose.ComposeResolver}; {@link dev.trainyard.core.compose.ComposeDraft} fills a file in.
 */
@NullMarked
package dev.trainyard.core.compose;

import org.jspecify.annotations.NullMarked;
