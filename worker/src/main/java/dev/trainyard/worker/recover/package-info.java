/**
 * The identity and the lease of this worker: {@link dev.trainyard.worker.recover.WorkerDirectory}, {@link
 * dev.trainyard.worker.recover.LeaseKeeper}.
 */
@NullMarked
package dev.trainyard.worker.recover;

import org.jspecify.annotations.NullMarked;
