/**
 * Docker behind {@link dev.trainyard.worker.engine.Engine}; nothing else imports docker-java. It says what the engine says and decides nothing. Entry:
 * {@link dev.trainyard.worker.docker.DockerEngine}.
 */
@NullMarked
package dev.trainyard.worker.docker;

import org.jspecify.annotations.NullMarked;
