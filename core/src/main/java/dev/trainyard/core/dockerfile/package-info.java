/**
 * A Dockerfile, read as every release of the engine reads it, or refused with its line. Entry:
 * {@link dev.trainyard.core.dockerfile.DockerfileInstruction}.
 */
@NullMarked
package dev.trainyard.core.dockerfile;

import org.jspecify.annotations.NullMarked;
