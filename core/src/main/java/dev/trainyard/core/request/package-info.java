/**
 * What a submitter asks for: the message {@code trainyard.request/v1}, its JSON form and schema. Entry:
 * {@link dev.trainyard.core.request.Request}.
 */
@NullMarked
package dev.trainyard.core.request;

import org.jspecify.annotations.NullMarked;
