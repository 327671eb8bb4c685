/** The commands that hand in a training: from a compose file, a run line or a draft. */
@NullMarked
package dev.trainyard.cli.submit;

import org.jspecify.annotations.NullMarked;
