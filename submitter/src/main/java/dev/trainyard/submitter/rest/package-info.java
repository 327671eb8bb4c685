/**
 * The REST interface {@code /api/v1}: one controller per noun, every error a problem (RFC 9457).
 * Entry: {@link dev.trainyard.submitter.rest.RestConfiguration}.
 */
@NullMarked
package dev.trainyard.submitter.rest;

import org.jspecify.annotations.NullMarked;
