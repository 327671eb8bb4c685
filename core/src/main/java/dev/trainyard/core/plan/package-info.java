/**
 * Decides which job runs on which host: {@link dev.trainyard.core.plan.Planner} is a pure function from a {@link dev.trainyard.core.plan.Snapshot} to a
 * {@link dev.trainyard.core.plan.Plan}.
 */
@NullMarked
package dev.trainyard.core.plan;

import org.jspecify.annotations.NullMarked;
