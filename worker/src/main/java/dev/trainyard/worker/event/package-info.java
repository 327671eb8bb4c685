/**
 * Publishes events to Kafka. Entry: {@link dev.trainyard.worker.event.EventPublisher}.
 */
@NullMarked
package dev.trainyard.worker.event;

import org.jspecify.annotations.NullMarked;
