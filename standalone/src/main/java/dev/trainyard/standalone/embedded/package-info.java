/**
 * A real Kafka broker and a real Postgres server on this machine's loopback, for those who bring neither.
 * Each keeps its data and its port in a directory of its own and is there again after any restart.
 * Entry: {@link dev.trainyard.standalone.embedded.Services}, which starts both.
 */
@NullMarked
package dev.trainyard.standalone.embedded;

import org.jspecify.annotations.NullMarked;
