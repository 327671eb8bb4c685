/** The commands about stored drafts. */
@NullMarked
package dev.trainyard.cli.drafts;

import org.jspecify.annotations.NullMarked;
