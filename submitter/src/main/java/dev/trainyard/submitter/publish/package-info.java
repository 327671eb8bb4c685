/**
 * Requests on their way to Kafka, until the workers' intake has them.
 * Entry: {@link dev.trainyard.submitter.publish.RequestPublisher}.
 */
@NullMarked
package dev.trainyard.submitter.publish;

import org.jspecify.annotations.NullMarked;
