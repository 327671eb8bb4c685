/**
 * A worker: accepts requests, plans, and runs attempts on its host's devices. Entry: {@link dev.trainyard.worker.Worker}; the
 * command line is {@link dev.trainyard.worker.Main}.
 */
@NullMarked
package dev.trainyard.worker;

import org.jspecify.annotations.NullMarked;
