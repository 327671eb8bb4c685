/**
 * The container engine of a host as the rest of the worker sees it, without types of docker-java. Entry: {@link
 * dev.trainyard.worker.engine.Engine}. {@link dev.trainyard.worker.engine.ContainerSpecs} composes the container of an attempt. {@code
 * worker/docker} is the only implementation.
 */
@NullMarked
package dev.trainyard.worker.engine;

import org.jspecify.annotations.NullMarked;
