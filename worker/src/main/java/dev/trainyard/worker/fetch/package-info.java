/**
 * Has on this host the images that waiting jobs want, before anything is reserved for them. Entry: {@link dev.trainyard.worker.fetch.Fetches}.
 */
@NullMarked
package dev.trainyard.worker.fetch;

import org.jspecify.annotations.NullMarked;
