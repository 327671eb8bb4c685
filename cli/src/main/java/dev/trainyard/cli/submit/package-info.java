/** The commands that submit a training: from a compose file, a docker run line or a draft. */
@NullMarked
package dev.trainyard.cli.submit;

import org.jspecify.annotations.NullMarked;
