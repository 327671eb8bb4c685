/**
 * Calls the installation's webhook. Entry: {@link dev.trainyard.submitter.webhook.WebhookSender}.
 */
@NullMarked
package dev.trainyard.submitter.webhook;

import org.jspecify.annotations.NullMarked;
