/**
 * The server: takes requests over REST, publishes them to Kafka, answers from the database. It holds no state of its own that
 * matters, so that there may be several. Entry: {@link dev.trainyard.submitter.Server}.
 */
@NullMarked
package dev.trainyard.submitter;

import org.jspecify.annotations.NullMarked;
