/**
 * The server's REST as the client sees it: requests, refusals, and the live log of a job.
 * Entry: {@link dev.trainyard.cli.server.ServerClient}.
 */
@NullMarked
package dev.trainyard.cli.server;

import org.jspecify.annotations.NullMarked;
