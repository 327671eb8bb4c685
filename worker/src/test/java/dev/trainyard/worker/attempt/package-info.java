@NullMarked
package dev.trainyard.worker.attempt;

import org.jspecify.annotations.NullMarked;
