/** The network of builds, and the rules that block link-local addresses there. */
@NullMarked
package dev.trainyard.worker.network;

import org.jspecify.annotations.NullMarked;
