/**
 * What others are told of. Entry: {@link dev.trainyard.core.event.Event}.
 */
@NullMarked
package dev.trainyard.core.event;

import org.jspecify.annotations.NullMarked;
