/**
 * The container engine of a host, as the rest of the worker sees it: no word here is Docker's own. Entry: {@link dev.trainyard.worker.engine.Engine};
 * what a container of ours looks like is composed in {@link dev.trainyard.worker.engine.ContainerSpecs}. {@code worker/docker} is the one
 * implementation.
 */
@NullMarked
package dev.trainyard.worker.engine;

import org.jspecify.annotations.NullMarked;
