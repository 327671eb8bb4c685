/**
 * Runs the planner, one worker at a time. Entry: {@link dev.trainyard.worker.plan.PlannerLoop}.
 */
@NullMarked
package dev.trainyard.worker.plan;

import org.jspecify.annotations.NullMarked;
