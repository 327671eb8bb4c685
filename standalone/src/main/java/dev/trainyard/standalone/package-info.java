/**
 * Everything in one process on one host: embedded Kafka and Postgres, a server, a worker. Entry: {@link
 * dev.trainyard.standalone.Standalone}; the commands {@code up} and {@code demo} are in {@link dev.trainyard.standalone.Main}.
 */
@NullMarked
package dev.trainyard.standalone;

import org.jspecify.annotations.NullMarked;
