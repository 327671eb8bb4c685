@NullMarked
package dev.trainyard.core;

import org.jspecify.annotations.NullMarked;
