/** Shared by the main programs: exit codes, shutdown, the loop that watches, the name of the command, and I/O errors in words. */
@NullMarked
package dev.trainyard.launch;

import org.jspecify.annotations.NullMarked;
