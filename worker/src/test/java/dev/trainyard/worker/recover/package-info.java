@NullMarked
package dev.trainyard.worker.recover;

import org.jspecify.annotations.NullMarked;
