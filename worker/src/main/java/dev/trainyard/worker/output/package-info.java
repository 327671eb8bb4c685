/**
 * What an attempt leaves on the host's disk: its folder ({@link dev.trainyard.worker.output.Outputs}), the manifest of it ({@link
 * dev.trainyard.worker.output.OutputManifest}) and the curves in its event files.
 */
@NullMarked
package dev.trainyard.worker.output;

import org.jspecify.annotations.NullMarked;
