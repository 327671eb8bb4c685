package dev.trainyard.core.plan;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The input of a planning cycle.
 *
 * @param hosts hosts that take new work
 * @param away hosts that do not take new work now, but may later. A job that only they can run waits for them
 * @param images the state of images by host. A host that is missing here does not report images, and its attempts pull them
 * @param candidates the waiting jobs in planning order
 */
public record Snapshot(
        List<Host> hosts, List<Host> away, Map<WorkerId, Map<WantedImage, Image>> images, List<Candidate> candidates) {

    /**
     * A host: one worker's share of a machine.
     *
     * @param machine the same for all workers of one machine, which share its folders
     * @param devices all devices that it offers, including those in use
     * @param freeSlots the numbers of the free run slots. Each attempt uses one
     * @param runSlots the total number of run slots
     * @param heldPorts ports in use, for example {@code tcp/5000}
     * @param heldLocations paths on the machine to which live attempts write their outputs
     * @param freeCpus the CPUs that the attempts with a slot leave free
     * @param freeMemory the bytes of memory that the attempts with a slot leave free
     */
    public record Host(
            WorkerId id,
            String name,
            String machine,
            List<Device> devices,
            List<Integer> freeSlots,
            int runSlots,
            Set<String> heldPorts,
            Set<String> heldLocations,
            BigDecimal cpus,
            BigDecimal freeCpus,
            long memory,
            long freeMemory) {

        /** These hosts without the resources of the placements. An output location on one host is in use on all hosts of the same machine. */
        public static List<Host> after(List<Host> hosts, List<Plan.Placement> placements) {
            Map<WorkerId, List<Plan.Placement>> byHost =
                    placements.stream().collect(Collectors.groupingBy(Plan.Placement::host));
            Map<String, Set<String>> places = new HashMap<>();
            for (Host host : hosts) {
                byHost.getOrDefault(host.id, List.of()).stream()
                        .map(Plan.Placement::location)
                        .filter(Objects::nonNull)
                        .forEach(place -> places.computeIfAbsent(host.machine, _ -> new HashSet<>())
                                .add(place));
            }
            return hosts.stream()
                    .map(host -> host.after(
                            byHost.getOrDefault(host.id, List.of()), places.getOrDefault(host.machine, Set.of())))
                    .toList();
        }

        private Host after(List<Plan.Placement> here, Set<String> places) {
            if (here.isEmpty() && places.isEmpty()) {
                return this;
            }
            Set<String> taken = here.stream()
                    .flatMap(placement -> placement.devices().stream())
                    .collect(Collectors.toSet());
            Set<Integer> slots = here.stream().map(Plan.Placement::slot).collect(Collectors.toSet());
            return new Host(
                    id,
                    name,
                    machine,
                    devices.stream()
                            .map(device -> taken.contains(device.key()) ? device.taken() : device)
                            .toList(),
                    freeSlots.stream().filter(slot -> !slots.contains(slot)).toList(),
                    runSlots,
                    with(heldPorts, here.stream().flatMap(placement -> placement.hostPorts().stream())),
                    with(heldLocations, places.stream()),
                    cpus,
                    here.stream().map(Plan.Placement::cpus).reduce(freeCpus, BigDecimal::subtract),
                    memory,
                    freeMemory - here.stream().mapToLong(Plan.Placement::memory).sum());
        }

        private static Set<String> with(Set<String> held, Stream<String> more) {
            return Stream.concat(held.stream(), more).collect(Collectors.toUnmodifiableSet());
        }
    }

    /** The kind of a device. */
    public enum Kind {
        GPU,
        MIG,
        /** A stand-in: it counts as a device, but is not hardware. */
        SLOT
    }

    /**
     * A device.
     *
     * @param key the permanent id of the hardware
     * @param index the current number, which people use
     * @param memory in bytes. Null if it is unknown
     * @param unhealthyBecause why no job is placed on it. Null if it is healthy
     */
    public record Device(
            String key,
            int index,
            Kind kind,
            String type,
            @Nullable Long memory,
            @Nullable String unhealthyBecause,
            boolean free) {

        public boolean usable() {
            return unhealthyBecause == null;
        }

        private Device taken() {
            return new Device(key, index, kind, type, memory, unhealthyBecause, false);
        }
    }

    /** Whether a host has an image. */
    public sealed interface Image {

        /**
         * The host has the image.
         *
         * @param pulledAt when its pull began, if jobs request a new pull. Null if it does not matter
         */
        record Present(@Nullable Instant pulledAt) implements Image {

            public Present() {
                this(null);
            }
        }

        /** The host was asked for the image. */
        record Wanted() implements Image {}

        /** @param progress for people */
        record Fetching(String progress) implements Image {}

        /**
         * The pull failed.
         *
         * @param nextTry null: no further try until another job asks
         */
        record Failed(
                Cause cause,
                String why,
                Instant at,
                @Nullable Instant nextTry) implements Image {

            boolean isForGood() {
                return nextTry == null;
            }
        }
    }

    /**
     * A job that could start now.
     *
     * @param builtOn hosts on which a build of its team tagged an image with this name
     * @param only the host with the submitter's folders that it mounts in place. Null: any host
     * @param past what follows from its earlier attempts
     */
    public record Candidate(
            JobId job,
            Needs needs,
            Set<WorkerId> builtOn,
            @Nullable WorkerId only,
            Past past) {

        /** A candidate for any host. */
        public Candidate(JobId job, Needs needs, Set<WorkerId> builtOn, Past past) {
            this(job, needs, builtOn, null, past);
        }

        /** The same candidate with the hosts on which its image was built. */
        public Candidate builtOn(Set<WorkerId> workers) {
            return new Candidate(job, needs, workers, only, past);
        }
    }

    /**
     * What the earlier attempts of a job say about hosts.
     *
     * @param avoid hosts that are used only if no other host can ever run the job
     * @param prefer the host with the last attempt's files at the job's location
     * @param refusedBy hosts that refused the job. They are never used
     * @param since when the job was accepted or its last attempt ended. Older failures do not count for it
     */
    public record Past(Set<WorkerId> avoid, @Nullable WorkerId prefer, Set<WorkerId> refusedBy, Instant since) {}
}
