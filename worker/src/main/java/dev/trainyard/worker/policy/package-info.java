/**
 * What containers of this host may be given. Entry: {@link dev.trainyard.worker.policy.Policy}.
 */
@NullMarked
package dev.trainyard.worker.policy;

import org.jspecify.annotations.NullMarked;
