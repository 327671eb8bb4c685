/** How a command of ours ends: by which exit code, and on a stop signal. */
@NullMarked
package dev.trainyard.core.command;

import org.jspecify.annotations.NullMarked;
