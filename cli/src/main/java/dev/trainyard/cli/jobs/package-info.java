/** The commands about jobs: listing, following, explaining and changing them, and SQL over their history. */
@NullMarked
package dev.trainyard.cli.jobs;

import org.jspecify.annotations.NullMarked;
