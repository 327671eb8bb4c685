/**
 * Values with a place: in a file its line and column, in a command line its argument. What is
 * wrong is collected in a {@link dev.trainyard.core.reading.Report}, so that reading goes on and
 * finds everything.
 */
@NullMarked
package dev.trainyard.core.reading;

import org.jspecify.annotations.NullMarked;
