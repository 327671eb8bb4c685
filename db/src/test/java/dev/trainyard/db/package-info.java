@NullMarked
package dev.trainyard.db;

import org.jspecify.annotations.NullMarked;
