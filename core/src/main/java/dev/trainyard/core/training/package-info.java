/**
 * What a training is: its {@link dev.trainyard.core.training.RunSpec}, its GPUs, image, mounts and
 * ports. What a compose file and a run line say alike is read here; neither of them is known.
 */
@NullMarked
package dev.trainyard.core.training;

import org.jspecify.annotations.NullMarked;
