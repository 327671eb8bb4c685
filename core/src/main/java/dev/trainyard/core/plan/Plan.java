package dev.trainyard.core.plan;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a planning cycle decides.
 *
 * @param reasons for every candidate that waits, why, in words for its owner
 * @param wants images that hosts are to have
 * @param unavailable candidates whose image cannot be had, at least for now
 * @param refused candidates that every host which could run them has refused: they are over
 */
public record Plan(
        List<Placement> placements,
        Map<JobId, String> reasons,
        List<Want> wants,
        List<Unavailable> unavailable,
        List<JobId> refused) {

    /** No image is wanted, and no candidate is over. */
    public Plan(List<Placement> placements, Map<JobId, String> reasons) {
        this(placements, reasons, List.of(), List.of(), List.of());
    }

    /** Both decisions: of these candidates, and of later ones. */
    public Plan and(Plan later) {
        Map<JobId, String> allReasons = new LinkedHashMap<>(reasons);
        allReasons.putAll(later.reasons);
        return new Plan(
                both(placements, later.placements),
                allReasons,
                both(wants, later.wants),
                both(unavailable, later.unavailable),
                both(refused, later.refused));
    }

    private static <T> List<T> both(List<T> some, List<T> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /**
     * A host is to have an image.
     *
     * @param since of the job that wants it: what failed for good before, or was pulled before, is tried anew
     */
    public record Want(WorkerId host, WantedImage image, Instant since) {}

    /** A job's image cannot be had: an attempt that ends with this cause before it began. */
    public record Unavailable(JobId job, WorkerId host, Cause cause, String detail) {}

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
