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
 * The decisions of a planning cycle.
 *
 * @param reasons why each waiting candidate waits, in words for its owner
 * @param wants images that hosts must pull
 * @param unavailable candidates whose image is not available, at least for now
 * @param refused candidates that all capable hosts have refused. They end
 */
public record Plan(
        List<Placement> placements,
        Map<JobId, String> reasons,
        List<Want> wants,
        List<Unavailable> unavailable,
        List<JobId> refused) {

    /** A plan without wanted images and without ended candidates. */
    public Plan(List<Placement> placements, Map<JobId, String> reasons) {
        this(placements, reasons, List.of(), List.of(), List.of());
    }

    /** Combines this plan with the plan for later candidates. */
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
     * A host must pull an image.
     *
     * @param since when the job was accepted. Older permanent failures and older pulls are tried again
     */
    public record Want(WorkerId host, WantedImage image, Instant since) {}

    /** A job's image is not available: the job gets an attempt that ends with this cause before it starts. */
    public record Unavailable(JobId job, WorkerId host, Cause cause, String detail) {}

    /**
     * Places one job on one host.
     *
     * @param devices the keys of the devices
     * @param slot the number of the run slot
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
