@NullMarked
package dev.trainyard.worker;

import org.jspecify.annotations.NullMarked;
