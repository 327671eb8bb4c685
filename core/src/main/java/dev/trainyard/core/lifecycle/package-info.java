/**
 * States, causes and the pure rules between them: {@link dev.trainyard.core.lifecycle.Verdict} (evidence to cause), {@link
 * dev.trainyard.core.lifecycle.Retry} (cause to what follows), {@link dev.trainyard.core.lifecycle.Reconcile} (after a restart).
 */
@NullMarked
package dev.trainyard.core.lifecycle;

import org.jspecify.annotations.NullMarked;
