package dev.trainyard.worker.device;

import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.text.DataSize;
import org.jspecify.annotations.Nullable;

/**
 * A device that a host offers to jobs, at one time.
 *
 * @param key UUID of the hardware ({@code GPU-…}, {@code MIG-…}), or {@code <worker id>/slot-0} for a slot: unique in the
 *     installation, and constant across restarts
 * @param index current number on the host, unique there, for display and for the device ids of a request. A whole GPU has the
 *     number of nvidia-smi. MIG devices continue after the last GPU, so that a number never means another card than in
 *     Docker
 * @param type product name, with the profile for a MIG device ({@code NVIDIA A100-SXM4-80GB MIG 2g.20gb}); empty if unknown
 *     and for slots
 * @param memory memory of the device; null if unknown and for slots
 * @param unhealthyBecause why it gets no work; null if it is healthy
 */
public record OfferedDevice(
        String key,
        int index,
        Kind kind,
        String type,
        @Nullable DataSize memory,
        @Nullable String unhealthyBecause) {
    /** The same device with one more problem. */
    OfferedDevice withProblem(String problem) {
        return new OfferedDevice(
                key, index, kind, type, memory, unhealthyBecause == null ? problem : unhealthyBecause + "; " + problem);
    }
}
