/**
 * The policy of a host: what containers may use. Entry: {@link dev.trainyard.worker.policy.Policy}.
 */
@NullMarked
package dev.trainyard.worker.policy;

import org.jspecify.annotations.NullMarked;
