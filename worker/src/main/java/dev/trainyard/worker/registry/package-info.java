/**
 * Registries as a host sees them: how many pulls run at once, and which registry is left alone for a while. Entry: {@link
 * dev.trainyard.worker.registry.Registries}.
 */
@NullMarked
package dev.trainyard.worker.registry;

import org.jspecify.annotations.NullMarked;
