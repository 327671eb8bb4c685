/**
 * The system as processes, with faults injected, and the rules of its architecture. Entry: {@link
 * dev.trainyard.e2e.Installation}, one Kafka and one Postgres, and the processes of the product over them.
 */
@NullMarked
package dev.trainyard.e2e;

import org.jspecify.annotations.NullMarked;
