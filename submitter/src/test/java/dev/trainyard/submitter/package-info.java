@NullMarked
package dev.trainyard.submitter;

import org.jspecify.annotations.NullMarked;
