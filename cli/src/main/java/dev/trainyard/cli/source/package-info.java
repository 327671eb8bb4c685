/**
 * What travels with a job: the build context as {@code docker build} would send it, packed so that equal content has an equal
 * digest, with the source archive in it.
 * Entry: {@link dev.trainyard.cli.source.BuildContext}.
 */
@NullMarked
package dev.trainyard.cli.source;

import org.jspecify.annotations.NullMarked;
