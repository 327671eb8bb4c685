/**
 * A real Kafka broker and a real Postgres server on the loopback address of this machine, for users who have neither.
 * Each keeps its data and its port number in its own directory across restarts.
 * Entry: {@link dev.trainyard.standalone.embedded.Services}, which starts both.
 */
@NullMarked
package dev.trainyard.standalone.embedded;

import org.jspecify.annotations.NullMarked;
