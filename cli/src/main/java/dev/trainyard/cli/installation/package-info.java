/** The commands about what the installation consists of: its server, workers and GPUs. */
@NullMarked
package dev.trainyard.cli.installation;

import org.jspecify.annotations.NullMarked;
