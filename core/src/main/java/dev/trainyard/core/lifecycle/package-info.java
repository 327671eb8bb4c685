/**
 * States, causes and the pure rules between them: {@link dev.trainyard.core.lifecycle.Verdict} (from evidence to a cause), {@link
 * dev.trainyard.core.lifecycle.Retry} (from a cause to a retry), {@link dev.trainyard.core.lifecycle.Reconcile} (after a restart).
 */
@NullMarked
package dev.trainyard.core.lifecycle;

import org.jspecify.annotations.NullMarked;
