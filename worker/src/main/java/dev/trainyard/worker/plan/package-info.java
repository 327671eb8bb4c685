/**
 * Runs the planner where its turn is. Entry: {@link dev.trainyard.worker.plan.PlannerLoop}.
 */
@NullMarked
package dev.trainyard.worker.plan;

import org.jspecify.annotations.NullMarked;
