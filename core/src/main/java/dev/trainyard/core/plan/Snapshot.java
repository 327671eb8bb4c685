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
 * What a planning cycle sees.
 *
 * @param hosts those that take new work
 * @param away those that take none just now, and may again: a job that nobody else may run waits for them
 * @param images what is known of images, by host. A host that is missing here does not say, and has its attempts see to their images
 * @param candidates by priority, then age: the order in which they are considered
 */
public record Snapshot(
        List<Host> hosts, List<Host> away, Map<WorkerId, Map<WantedImage, Image>> images, List<Candidate> candidates) {

    /** No host is away, and none says which images it has. */
    public Snapshot(List<Host> hosts, List<Candidate> candidates) {
        this(hosts, List.of(), Map.of(), candidates);
    }

    /**
     * A host: one worker's share of a machine.
     *
     * @param machine the same for all workers of one machine, which share its folders
     * @param devices all that it offers, also those in use
     * @param freeSlots numbers of the free run slots; every attempt takes one
     * @param runSlots how many it has in all
     * @param heldPorts {@code tcp/5000}
     * @param heldLocations paths of the machine that live attempts write their outputs to
     * @param freeCpus what the attempts that hold a slot leave
     * @param freeMemory likewise, in bytes
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

        /** What the placements leave of these hosts. A place on one host is taken on all hosts of the same machine. */
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
     * @param unhealthyBecause why nothing is placed on it; null: it is healthy
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
         * It has.
         *
         * @param pulledAt of one that jobs want pulled anew: when the pull began that brought it; null: that does not matter
         */
        record Present(@Nullable Instant pulledAt) implements Image {

            public Present() {
                this(null);
            }
        }

        /** It was asked. */
        record Wanted() implements Image {}

        /** @param progress for people */
        record Fetching(String progress) implements Image {}

        /**
         * It could not be had.
         *
         * @param nextTry null: none, until somebody new asks
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
     * @param builtOn where a build of its team gave its image's name to an image
     * @param past what its former attempts say
     */
    public record Candidate(JobId job, Needs needs, Set<WorkerId> builtOn, Past past) {

        /** The same, with where its image was built. */
        public Candidate builtOn(Set<WorkerId> workers) {
            return new Candidate(job, needs, workers, past);
        }
    }

    /**
     * What the former attempts of a job say of hosts.
     *
     * @param avoid taken only if no other will ever do
     * @param prefer holds what the last one left at the job's location
     * @param refusedBy never taken: they do not take this job
     * @param since when it was accepted, or its last attempt ended: what failed before is no news to it
     */
    public record Past(Set<WorkerId> avoid, @Nullable WorkerId prefer, Set<WorkerId> refusedBy, Instant since) {}
}
