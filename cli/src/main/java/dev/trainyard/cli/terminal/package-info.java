/**
 * What people and scripts see of the client: tables, times, sizes, failures and exit codes.
 * Entry: {@link dev.trainyard.cli.terminal.Table} and {@link dev.trainyard.cli.terminal.Failure}.
 */
@NullMarked
package dev.trainyard.cli.terminal;

import org.jspecify.annotations.NullMarked;
