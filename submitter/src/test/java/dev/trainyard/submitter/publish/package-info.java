@NullMarked
package dev.trainyard.submitter.publish;

import org.jspecify.annotations.NullMarked;
