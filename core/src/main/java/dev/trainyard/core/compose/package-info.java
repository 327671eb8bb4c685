/**
 * How a compose file and parameters, or the words of {@code docker run}, become a training, as Docker means them; nothing is
 * ignored silently. Entries: {@link dev.trainyard.core.compose.ComposeResolver} and {@link dev.trainyard.core.compose.RunLine};
 * {@link dev.trainyard.core.compose.ComposeDraft} fills a file in.
 */
@NullMarked
package dev.trainyard.core.compose;

import org.jspecify.annotations.NullMarked;
