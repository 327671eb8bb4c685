/**
 * The message {@code trainyard.request/v1} of a submitter, its JSON form and its schema. Entry:
 * {@link dev.trainyard.core.request.Request}.
 */
@NullMarked
package dev.trainyard.core.request;

import org.jspecify.annotations.NullMarked;
