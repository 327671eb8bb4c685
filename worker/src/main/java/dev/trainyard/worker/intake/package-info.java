/**
 * Reads requests from Kafka and stores them in the database. Entry: {@link dev.trainyard.worker.intake.Intake}.
 */
@NullMarked
package dev.trainyard.worker.intake;

import org.jspecify.annotations.NullMarked;
