@NullMarked
package dev.trainyard.standalone;

import org.jspecify.annotations.NullMarked;
