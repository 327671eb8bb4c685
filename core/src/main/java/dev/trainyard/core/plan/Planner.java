package dev.trainyard.core.plan;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Plan.Placement;
import dev.trainyard.core.plan.Plan.Unavailable;
import dev.trainyard.core.plan.Plan.Want;
import dev.trainyard.core.plan.Snapshot.Candidate;
import dev.trainyard.core.plan.Snapshot.Device;
import dev.trainyard.core.plan.Snapshot.Host;
import dev.trainyard.core.plan.Snapshot.Image;
import dev.trainyard.core.plan.Snapshot.Image.Failed;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Places candidates in order, each on the host with the most free run slots among the hosts that fit and have its image. If no host fits
 * now or has the image, later candidates may overtake it.
 *
 * <p>Known gap: the planner does not hold devices back for a large job behind a stream of small ones.
 */
public final class Planner {

    /** How many hosts a reason names. */
    private static final int SHOWN = 3;

    /** The state of an image on a host, in a reason. */
    private static final String ASKED = "has been asked for it and has not answered yet";

    private final List<Room> rooms = new ArrayList<>();
    private final List<Room> away;
    private final Map<WorkerId, Map<WantedImage, Image>> images;
    private final List<Placement> placements = new ArrayList<>();
    private final Map<JobId, String> reasons = new LinkedHashMap<>();
    private final List<Want> wants = new ArrayList<>();
    private final List<Unavailable> unavailable = new ArrayList<>();
    private final List<JobId> refused = new ArrayList<>();

    private Planner(Snapshot snapshot) {
        Map<String, Set<String>> locations = new HashMap<>();
        snapshot.hosts().stream()
                .sorted(Comparator.comparing(Host::name).thenComparing(Host::id))
                .forEach(host ->
                        rooms.add(new Room(host, locations.computeIfAbsent(host.machine(), _ -> new HashSet<>()))));
        images = snapshot.images();
        away = snapshot.away().stream().map(Room::empty).toList();
    }

    /** Makes the plan. The same snapshot gives the same plan. */
    public static Plan plan(Snapshot snapshot) {
        return new Planner(snapshot).place(snapshot.candidates());
    }

    /** Whether two output locations are equal, or one contains the other. */
    private static boolean overlap(String place, String other) {
        return isBelow(place, other) || isBelow(other, place);
    }

    private static boolean isBelow(String path, String folder) {
        return path.equals(folder) || path.startsWith(folder.endsWith("/") ? folder : folder + "/");
    }

    private Plan place(List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            List<Room> fitting = fitting(candidate);
            if (!fitting.isEmpty()) {
                placeWithImage(candidate, fitting);
            } else if (isRefused(candidate)) {
                refused.add(candidate.job());
            } else {
                reasons.put(candidate.job(), reason(candidate));
            }
        }
        return new Plan(placements, reasons, wants, unavailable, refused);
    }

    /**
     * Places the candidate on the first host that has the image. If the first host has not reported it, it is asked, because it can answer
     * at once. No registry is asked for a name that the team's build tagged on a host with room.
     */
    private void placeWithImage(Candidate candidate, List<Room> fitting) {
        Optional<Room> built =
                fitting.stream().filter(room -> isBuilt(candidate, room)).findFirst();
        if (built.isPresent()) {
            placements.add(built.get().take(candidate));
            return;
        }
        if (isUnknown(candidate, fitting.getFirst())) {
            await(candidate, fitting, fitting.subList(0, 1));
            return;
        }
        Optional<Room> there =
                fitting.stream().filter(room -> hasImage(candidate, room)).findFirst();
        if (there.isPresent()) {
            placements.add(there.get().take(candidate));
            return;
        }
        Optional<Room> hopeful = fitting.stream()
                .filter(room -> !(image(candidate, room) instanceof Failed) || isUnknown(candidate, room))
                .findFirst();
        if (hopeful.isPresent()) {
            await(candidate, fitting, List.of(hopeful.get()));
            return;
        }
        List<Room> notYet =
                fitting.stream().filter(room -> !isNews(candidate, room)).toList();
        if (!notYet.isEmpty()) {
            await(candidate, fitting, notYet);
            return;
        }
        List<Room> failing = fitting.stream()
                .filter(room -> !failed(candidate, room).isForGood())
                .toList();
        if (!failing.isEmpty()) {
            giveUp(candidate, failing);
            return;
        }
        // A host without room may have the image, or may be allowed to pull what these hosts may not.
        List<Room> others = rooms.stream()
                .filter(room -> room.empty().fits(candidate))
                .filter(room -> !(image(candidate, room) instanceof Failed) || !isNews(candidate, room))
                .toList();
        if (others.isEmpty()) {
            // A temporary failure decides if there is one.
            giveUp(
                    candidate,
                    rooms.stream()
                            .filter(room -> room.empty().fits(candidate) && image(candidate, room) instanceof Failed)
                            .sorted(Comparator.comparing(
                                    room -> failed(candidate, room).isForGood()))
                            .toList());
        } else {
            await(candidate, others, others);
        }
    }

    /** @param asked the hosts that must pull the image */
    private void await(Candidate candidate, List<Room> shown, List<Room> asked) {
        WantedImage image = Objects.requireNonNull(candidate.needs().image());
        for (Room room : asked) {
            if (images.containsKey(room.host.id()) && !isBuilt(candidate, room)) {
                wants.add(new Want(room.host.id(), image, candidate.past().since()));
            }
        }
        reasons.put(
                candidate.job(),
                "waiting for image %s: %s"
                        .formatted(image.text(), listed(shown, room -> image(candidate, room, asked))));
    }

    private void giveUp(Candidate candidate, List<Room> failed) {
        Failed first = failed(candidate, failed.getFirst());
        unavailable.add(new Unavailable(
                candidate.job(),
                failed.getFirst().host.id(),
                first.cause(),
                failed.size() == 1
                        ? first.why()
                        : listed(failed, room -> failed(candidate, room).why())));
    }

    /** A host that does not report images counts as having it: its attempt pulls the image. */
    private boolean hasImage(Candidate candidate, Room room) {
        return candidate.needs().image() == null
                || !images.containsKey(room.host.id())
                || image(candidate, room) instanceof Image.Present;
    }

    private static boolean isBuilt(Candidate candidate, Room room) {
        return candidate.builtOn().contains(room.host.id());
    }

    /** The host has not been asked yet, or it failed permanently before this job was accepted. */
    private boolean isUnknown(Candidate candidate, Room room) {
        if (hasImage(candidate, room)) {
            return false;
        }
        Image image = image(candidate, room);
        return image == null || image instanceof Failed failed && failed.isForGood() && !isNews(candidate, room);
    }

    private boolean isNews(Candidate candidate, Room room) {
        return image(candidate, room) instanceof Failed failed
                && failed.at().isAfter(candidate.past().since());
    }

    private Failed failed(Candidate candidate, Room room) {
        return (Failed) Objects.requireNonNull(image(candidate, room));
    }

    private @Nullable Image image(Candidate candidate, Room room) {
        if (candidate.needs().image() == null) {
            return null;
        }
        if (isBuilt(candidate, room)) {
            return new Image.Present();
        }
        Image known = images.getOrDefault(room.host.id(), Map.of())
                .get(candidate.needs().image());
        // The registry may have a newer image than one that was pulled before the job was accepted.
        return known instanceof Image.Present(Instant pulledAt)
                        && pulledAt != null
                        && !pulledAt.isAfter(candidate.past().since())
                ? null
                : known;
    }

    private String image(Candidate candidate, Room room, List<Room> asked) {
        return switch (image(candidate, room)) {
            case null -> asked.contains(room) ? ASKED : "has not been asked yet";
            case Image.Present _ -> room.fits(candidate) ? "has it" : room.whyNot(candidate);
            case Image.Wanted() -> ASKED;
            case Image.Fetching(String progress) -> "is fetching it" + (progress.isEmpty() ? "" : ", " + progress);
            case Failed(Cause _, String why, Instant _, Instant nextTry) ->
                nextTry == null ? why : "%s; next try at %s".formatted(why, nextTry.truncatedTo(ChronoUnit.SECONDS));
        };
    }

    /** The hosts with room for the candidate, best first. */
    private List<Room> fitting(Candidate candidate) {
        List<Room> fitting = rooms.stream().filter(room -> room.fits(candidate)).toList();
        boolean othersCould = !candidate.past().avoid().isEmpty()
                && rooms.stream()
                        .anyMatch(room ->
                                !avoided(candidate, room) && room.empty().fits(candidate));
        return fitting.stream()
                .filter(room -> !othersCould || !avoided(candidate, room))
                .sorted(Comparator.comparing((Room room) ->
                                !room.host.id().equals(candidate.past().prefer()))
                        .thenComparing(Comparator.comparingInt(Room::freeSlots).reversed()))
                .toList();
    }

    private static boolean avoided(Candidate candidate, Room room) {
        return candidate.past().avoid().contains(room.host.id());
    }

    /** A full host may run the candidate later, and so may a host that is away. */
    private boolean isRefused(Candidate candidate) {
        return rooms.stream()
                        .anyMatch(room ->
                                room.hasRefused(candidate) && room.empty().refusal(candidate) == null)
                && Stream.concat(rooms.stream(), away.stream())
                        .noneMatch(room -> room.empty().fits(candidate));
    }

    private String reason(Candidate candidate) {
        if (rooms.isEmpty()) {
            return "no worker takes new work";
        }
        if (candidate.only() != null
                && rooms.stream().noneMatch(room -> room.host.id().equals(candidate.only()))) {
            return "waiting for %s, where the folders are that it mounts in place: it takes no new work now"
                    .formatted(away.stream()
                            .filter(room -> room.host.id().equals(candidate.only()))
                            .findFirst()
                            .map(room -> room.host.name())
                            .orElse("the host"));
        }
        List<Room> possible =
                rooms.stream().filter(room -> room.empty().fits(candidate)).toList();
        List<Room> refusing =
                rooms.stream().filter(room -> room.hasRefused(candidate)).toList();
        String refusals = refusing.isEmpty() ? "" : "; " + describe(refusing, candidate);
        if (!possible.isEmpty()) {
            return "waiting for " + describe(possible, candidate) + refusals;
        }
        List<Room> back = refusing.isEmpty()
                ? List.of()
                : away.stream().filter(room -> room.fits(candidate)).toList();
        if (!back.isEmpty()) {
            return "waiting for "
                    + back.stream()
                            .limit(SHOWN)
                            .map(room -> room.host.name() + " to take new work again")
                            .collect(Collectors.joining("; "))
                    + refusals;
        }
        return "no host that takes new work could ever run it: "
                + describe(rooms.stream().map(Room::empty).toList(), candidate);
    }

    private static String describe(List<Room> rooms, Candidate candidate) {
        return listed(rooms, room -> room.whyNot(candidate));
    }

    private static String listed(List<Room> rooms, Function<Room, String> said) {
        String text = rooms.stream()
                .limit(SHOWN)
                .map(room -> room.host.name() + ": " + said.apply(room))
                .collect(Collectors.joining("; "));
        return rooms.size() > SHOWN ? text + "; and %d more hosts".formatted(rooms.size() - SHOWN) : text;
    }

    /** One host, without the resources that this cycle has already placed there. */
    private static final class Room {

        private final Host host;
        private final List<Device> freeDevices = new ArrayList<>();
        private final List<Integer> freeSlots;
        private final Set<String> ports;
        private final Set<String> locations;
        private BigDecimal cpus;
        private long memory;
        private @Nullable Room empty;

        /** @param locations the output locations in use on its machine. The host's locations and those of each placement are added */
        Room(Host host, Set<String> locations) {
            this(host, false, locations);
            locations.addAll(host.heldLocations());
        }

        /** The host as if it were idle. */
        static Room empty(Host host) {
            return new Room(host, true, Set.of());
        }

        private Room(Host host, boolean empty, Set<String> locations) {
            this.host = host;
            host.devices().stream()
                    .filter(device -> device.usable() && (device.free() || empty))
                    .forEach(freeDevices::add);
            this.freeSlots =
                    empty ? IntStream.range(0, host.runSlots()).boxed().toList() : new ArrayList<>(host.freeSlots());
            this.ports = empty ? Set.of() : new HashSet<>(host.heldPorts());
            this.locations = locations;
            this.cpus = empty ? host.cpus() : host.freeCpus();
            this.memory = empty ? host.memory() : host.freeMemory();
        }

        /** The same host as if it were idle. */
        Room empty() {
            if (empty == null) {
                empty = empty(host);
            }
            return empty;
        }

        int freeSlots() {
            return freeSlots.size();
        }

        boolean fits(Candidate candidate) {
            return !hasRefused(candidate) && refusal(candidate) == null;
        }

        /** A refusal that does not depend on free resources. */
        boolean hasRefused(Candidate candidate) {
            return candidate.past().refusedBy().contains(host.id());
        }

        String whyNot(Candidate candidate) {
            if (hasRefused(candidate)) {
                return "has refused it";
            }
            Supplier<String> refusal = refusal(candidate);
            return refusal == null ? "avoided after a failed attempt there" : refusal.get();
        }

        /** Why the candidate does not fit. The words are created lazily. Null if it fits. */
        @Nullable
        Supplier<String> refusal(Candidate candidate) {
            if (candidate.only() != null && !candidate.only().equals(host.id())) {
                return () -> "the folders that it mounts in place are on another host";
            }
            if (freeSlots.isEmpty()) {
                return () -> "all %d run slots are in use".formatted(host.runSlots());
            }
            if (candidate.needs().gpus() instanceof Gpus.Devices(List<String> ids)) {
                List<String> unknown = ids.stream()
                        .filter(id -> host.devices().stream().noneMatch(device -> isNamed(device, id)))
                        .toList();
                if (!unknown.isEmpty()) {
                    return () -> "has no device %s (it has %s)".formatted(String.join(" and no ", unknown), indices());
                }
            }
            if (choose(candidate.needs().gpus(), freeDevices) == null) {
                return () -> "%s of %d devices %s free, %s wanted%s"
                        .formatted(
                                freeDevices.size(),
                                host.devices().size(),
                                freeDevices.size() == 1 ? "is" : "are",
                                words(candidate.needs().gpus()),
                                unhealthy());
            }
            for (String port : candidate.needs().hostPorts()) {
                if (ports.contains(port)) {
                    return () -> "host port %s is in use by another job".formatted(port);
                }
            }
            String location = candidate.needs().location();
            String held = location == null ? null : writtenBeside(location);
            if (held != null) {
                return () -> held.equals(location)
                        ? "output location %s is in use by another job".formatted(held)
                        : "output location %s overlaps %s, which is in use by another job".formatted(location, held);
            }
            if (cpus(candidate).compareTo(cpus) > 0) {
                return () -> "%s CPUs are free, %s wanted"
                        .formatted(cpus.toPlainString(), cpus(candidate).toPlainString());
            }
            if (memory(candidate) > memory) {
                return () ->
                        "%d MiB of memory are free, %d MiB wanted".formatted(memory >> 20, memory(candidate) >> 20);
            }
            return null;
        }

        /** An output location in use that overlaps this one. Null if there is none. */
        private @Nullable String writtenBeside(String location) {
            return locations.stream()
                    .filter(held -> overlap(held, location))
                    .min(Comparator.naturalOrder())
                    .orElse(null);
        }

        Placement take(Candidate candidate) {
            List<Device> chosen = choose(candidate.needs().gpus(), freeDevices);
            if (chosen == null) {
                throw new IllegalStateException("taken without asking: " + candidate);
            }
            freeDevices.removeAll(chosen);
            ports.addAll(candidate.needs().hostPorts());
            if (candidate.needs().location() != null) {
                locations.add(candidate.needs().location());
            }
            cpus = cpus.subtract(cpus(candidate));
            memory -= memory(candidate);
            return new Placement(
                    candidate.job(),
                    host.id(),
                    chosen.stream().map(Device::key).toList(),
                    freeSlots.removeFirst(),
                    candidate.needs().hostPorts(),
                    candidate.needs().location(),
                    cpus(candidate),
                    memory(candidate));
        }

        private @Nullable List<Device> choose(Gpus gpus, List<Device> from) {
            return switch (gpus) {
                case Gpus.None() -> List.of();
                case Gpus.Count(int count, String type, DataSize minMemory) -> {
                    List<Device> matching = from.stream()
                            .filter(device -> matches(device, type, minMemory))
                            .limit(count)
                            .toList();
                    yield matching.size() == count ? matching : null;
                }
                case Gpus.All(String type, DataSize minMemory) -> {
                    List<Device> all = host.devices().stream()
                            .filter(Device::usable)
                            .filter(device -> matches(device, type, minMemory))
                            .toList();
                    yield all.isEmpty() || !from.containsAll(all) ? null : all;
                }
                case Gpus.Devices(List<String> ids) -> {
                    List<Device> named = ids.stream()
                            .map(id -> from.stream()
                                    .filter(device -> isNamed(device, id))
                                    .findFirst())
                            .flatMap(Optional::stream)
                            .distinct()
                            .toList();
                    yield named.size() == ids.size() ? named : null;
                }
            };
        }

        private static boolean isNamed(Device device, String id) {
            return device.key().equals(id) || Integer.toString(device.index()).equals(id);
        }

        /** The unhealthy devices, in brackets. Empty if there are none. */
        private String unhealthy() {
            List<Device> devices =
                    host.devices().stream().filter(device -> !device.usable()).toList();
            String shown = devices.stream()
                    .limit(SHOWN)
                    .map(device -> "device %d is unhealthy: %s".formatted(device.index(), device.unhealthyBecause()))
                    .collect(Collectors.joining("; "));
            return devices.isEmpty()
                    ? ""
                    : " (%s%s)"
                            .formatted(
                                    shown,
                                    devices.size() > SHOWN ? "; and %d more".formatted(devices.size() - SHOWN) : "");
        }

        private String indices() {
            if (host.devices().isEmpty()) {
                return "none";
            }
            String first = host.devices().stream()
                    .limit(16)
                    .map(device -> Integer.toString(device.index()))
                    .collect(Collectors.joining(", "));
            return host.devices().size() > 16 ? first + ", …" : first;
        }

        private static boolean matches(Device device, @Nullable String type, @Nullable DataSize minMemory) {
            // A stand-in is not hardware, so it has neither a type nor memory.
            if (device.kind() == Snapshot.Kind.SLOT && (type != null || minMemory != null)) {
                return false;
            }
            boolean typeFits =
                    type == null || device.type().toLowerCase(Locale.ROOT).contains(type.toLowerCase(Locale.ROOT));
            boolean memoryFits = minMemory == null || (device.memory() != null && device.memory() >= minMemory.bytes());
            return typeFits && memoryFits;
        }

        /** A job without a limit counts as an equal share, so that a host full of such jobs has no free resources. */
        private BigDecimal cpus(Candidate candidate) {
            return candidate.needs().cpus() != null
                    ? candidate.needs().cpus()
                    : host.cpus().divide(BigDecimal.valueOf(host.runSlots()), 3, RoundingMode.DOWN);
        }

        private long memory(Candidate candidate) {
            return candidate.needs().memory() != null ? candidate.needs().memory() : host.memory() / host.runSlots();
        }
    }

    private static String words(Gpus gpus) {
        return switch (gpus) {
            case Gpus.None() -> "none";
            case Gpus.Count(int count, String type, DataSize minMemory) ->
                count
                        + (type == null ? "" : " of type " + type)
                        + (minMemory == null ? "" : " with at least %d MiB".formatted(minMemory.bytes() >> 20));
            case Gpus.All(String type, DataSize minMemory) -> "all";
            case Gpus.Devices(List<String> ids) -> String.join(" and ", ids);
        };
    }
}
