/**
 * The implementation of {@link dev.trainyard.worker.engine.Engine} for Docker, and the only package that imports docker-java. It converts
 * calls and responses and makes no decisions. Entry: {@link dev.trainyard.worker.docker.DockerEngine}.
 */
@NullMarked
package dev.trainyard.worker.docker;

import org.jspecify.annotations.NullMarked;
