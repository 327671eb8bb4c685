package dev.trainyard.core.plan;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a planning cycle decides.
 *
 * @param reasons for every candidate that waits, why, in words for its owner
 * @param refused candidates that every host which could run them has refused: they are over
 */
public record Plan(List<Placement> placements, Map<JobId, String> reasons, List<JobId> refused) {

    /** No candidate is over. */
    public Plan(List<Placement> placements, Map<JobId, String> reasons) {
        this(placements, reasons, List.of());
    }

    /**
     * One job on one host.
     *
     * @param devices keys
     * @param slot number of the run slot
     * @param memory in bytes
     */
    public record Placement(
            JobId job,
            WorkerId host,
            List<String> devices,
            int slot,
            List<String> hostPorts,
            @Nullable String location,
            BigDecimal cpus,
            long memory) {}
}
