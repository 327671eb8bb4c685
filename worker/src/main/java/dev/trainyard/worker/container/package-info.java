/**
 * The one adapter to the container engine; nothing else imports docker-java. It says what the engine says and decides nothing. Entry: {@link
 * dev.trainyard.worker.container.Engine}; what a container of ours looks like is composed in {@link dev.trainyard.worker.container.ContainerSpecs}.
 */
@NullMarked
package dev.trainyard.worker.container;

import org.jspecify.annotations.NullMarked;
