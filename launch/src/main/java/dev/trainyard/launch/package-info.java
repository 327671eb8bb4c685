/** What the main programs share: how a process ends, what the command is called, and what went wrong with a file. */
@NullMarked
package dev.trainyard.launch;

import org.jspecify.annotations.NullMarked;
