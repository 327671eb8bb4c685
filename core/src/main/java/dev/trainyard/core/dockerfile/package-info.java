/**
 * Reads a Dockerfile as every release of the engine reads it, or refuses it with its line. Entry:
 * {@link dev.trainyard.core.dockerfile.DockerfileInstruction}.
 */
@NullMarked
package dev.trainyard.core.dockerfile;

import org.jspecify.annotations.NullMarked;
