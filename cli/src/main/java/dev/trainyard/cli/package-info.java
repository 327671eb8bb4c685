/**
 * The command line client: one class per command, which asks the server over REST and prints. Nothing here talks to Kafka, Postgres
 * or Docker.
 * Entry: {@link dev.trainyard.cli.Main}.
 */
@NullMarked
package dev.trainyard.cli;

import org.jspecify.annotations.NullMarked;
