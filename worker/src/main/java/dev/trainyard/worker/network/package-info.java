/** The network in which builds work, and what keeps link-local addresses out of it. */
@NullMarked
package dev.trainyard.worker.network;

import org.jspecify.annotations.NullMarked;
