/**
 * Takes requests from Kafka into the database. Entry: {@link dev.trainyard.worker.intake.Intake}.
 */
@NullMarked
package dev.trainyard.worker.intake;

import org.jspecify.annotations.NullMarked;
