package dev.trainyard.worker.device;

import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.text.DataSize;
import org.jspecify.annotations.Nullable;

/**
 * One thing a host offers to jobs, as it was at one look.
 *
 * @param key what the hardware calls itself ({@code GPU-…}, {@code MIG-…}), for a slot {@code <worker id>/slot-0}:
 *     unique over the installation and the same after a restart
 * @param index the number it has on its host now, unique there: for display and for a request's device ids. A whole GPU
 *     has the number that nvidia-smi gives it; MIG devices are numbered on after the last GPU, so that a number never
 *     means another card than Docker would take
 * @param type the product's name, with the profile for a MIG device ({@code NVIDIA A100-SXM4-80GB MIG 2g.20gb}); empty
 *     when it is not known and for slots
 * @param memory the device's own memory; null when it is not known and for slots
 * @param unhealthyBecause why nothing should be placed on it; null when it is fit
 */
public record OfferedDevice(
        String key,
        int index,
        Kind kind,
        String type,
        @Nullable DataSize memory,
        @Nullable String unhealthyBecause) {

    public boolean healthy() {
        return unhealthyBecause == null;
    }

    /** The same device, with one more reason why nothing should be placed on it. */
    OfferedDevice withProblem(String problem) {
        return new OfferedDevice(
                key, index, kind, type, memory, unhealthyBecause == null ? problem : unhealthyBecause + "; " + problem);
    }
}
