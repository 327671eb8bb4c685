/**
 * The build context of a job, including its source archive: packed as {@code docker build} packs it, so that equal content has an equal
 * digest.
 * Entry: {@link dev.trainyard.cli.source.BuildContext}.
 */
@NullMarked
package dev.trainyard.cli.source;

import org.jspecify.annotations.NullMarked;
