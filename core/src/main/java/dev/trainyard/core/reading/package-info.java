/**
 * Values with a position: line and column in a file, or an argument in a command line. Problems are collected in a
 * {@link dev.trainyard.core.reading.Report}, so that the reader continues and finds all of them.
 */
@NullMarked
package dev.trainyard.core.reading;

import org.jspecify.annotations.NullMarked;
