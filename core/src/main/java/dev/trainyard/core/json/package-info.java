/**
 * JSON that is compared byte by byte, and JSON that is read with the path of each field.
 */
@NullMarked
package dev.trainyard.core.json;

import org.jspecify.annotations.NullMarked;
