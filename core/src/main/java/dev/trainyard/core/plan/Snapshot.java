package dev.trainyard.core.plan;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.Gpus;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a planning cycle sees.
 *
 * @param candidates by priority, then age: the order in which they are considered
 */
public record Snapshot(List<Host> hosts, List<Candidate> candidates) {

    /**
     * A host that takes new work.
     *
     * @param devices all that it offers, also those in use
     * @param freeSlots numbers of the free run slots; every attempt takes one
     * @param runSlots how many it has in all
     * @param heldPorts {@code tcp/5000}
     * @param heldLocations host paths that live attempts write their outputs to
     * @param freeCpus what the attempts that hold a slot leave
     * @param freeMemory likewise, in bytes
     */
    public record Host(
            WorkerId id,
            String name,
            List<Device> devices,
            List<Integer> freeSlots,
            int runSlots,
            Set<String> heldPorts,
            Set<String> heldLocations,
            BigDecimal cpus,
            BigDecimal freeCpus,
            long memory,
            long freeMemory) {}

    /** What a device is. */
    public enum Kind {
        GPU,
        MIG,
        /** A stand-in: counts as a device, and is none. */
        SLOT
    }

    /**
     * A device.
     *
     * @param key what the hardware calls itself
     * @param index what people call it today
     * @param memory in bytes; null where it is not known
     */
    public record Device(
            String key,
            int index,
            Kind kind,
            String type,
            @Nullable Long memory,
            boolean usable,
            boolean free) {}

    /**
     * A job that could start now.
     *
     * @param hostPorts {@code tcp/5000}
     * @param location host path that it wants to write its outputs to
     * @param cpus limit of the request; null: an even share of the host
     * @param memory likewise, in bytes
     * @param avoid hosts that its former attempts say to avoid: taken only if no other will ever do
     * @param prefer host that holds what its former attempt left at {@code location}
     */
    public record Candidate(
            JobId job,
            Gpus gpus,
            List<String> hostPorts,
            @Nullable String location,
            @Nullable BigDecimal cpus,
            @Nullable Long memory,
            Set<WorkerId> avoid,
            @Nullable WorkerId prefer) {}
}
