/**
 * Canonical JSON, which can be compared byte by byte, and a reader that knows the path of each field.
 */
@NullMarked
package dev.trainyard.core.json;

import org.jspecify.annotations.NullMarked;
