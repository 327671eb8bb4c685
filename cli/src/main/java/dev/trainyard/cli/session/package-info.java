/** One call of the program: its terminal, its configuration, the server that it asks, and the options that several commands share. */
@NullMarked
package dev.trainyard.cli.session;

import org.jspecify.annotations.NullMarked;
