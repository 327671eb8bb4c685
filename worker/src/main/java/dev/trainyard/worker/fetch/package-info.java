/**
 * Fetches the images of waiting jobs to this host before anything is reserved for the jobs. Entry: {@link dev.trainyard.worker.fetch.Fetches}.
 */
@NullMarked
package dev.trainyard.worker.fetch;

import org.jspecify.annotations.NullMarked;
