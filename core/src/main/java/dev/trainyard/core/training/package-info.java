/**
 * The parts of a training: its {@link dev.trainyard.core.training.RunSpec}, GPUs, image, mounts and
 * ports. Also the readers that compose files and run lines share. This package depends on neither.
 */
@NullMarked
package dev.trainyard.core.training;

import org.jspecify.annotations.NullMarked;
