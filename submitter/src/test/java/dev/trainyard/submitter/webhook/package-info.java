@NullMarked
package dev.trainyard.submitter.webhook;

import org.jspecify.annotations.NullMarked;
