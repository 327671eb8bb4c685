/**
 * Registries as a host sees them: the number of simultaneous pulls, and the pause after a failure. Entry: {@link
 * dev.trainyard.worker.registry.Registries}.
 */
@NullMarked
package dev.trainyard.worker.registry;

import org.jspecify.annotations.NullMarked;
