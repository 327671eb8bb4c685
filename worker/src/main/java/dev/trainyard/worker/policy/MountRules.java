package dev.trainyard.worker.policy;

import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Storage;
import dev.trainyard.worker.engine.EngineVolume;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a container may mount: the rules {@code mounts} and {@code volumes} of a policy, and the folders that are granted to one request.
 *
 * @param folders folders of the host that may be mounted, including everything below them
 * @param volumes which Docker volumes may be mounted
 */
public record MountRules(Map<Path, Access> folders, Volumes volumes) {

    /** How a folder may be mounted. */
    public enum Access {
        READ_ONLY,
        READ_WRITE;

        /** The spelling in the file. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Docker volumes by name.
     *
     * @param own whether a job may mount volumes that a worker created for jobs of its team
     * @param any whether a job may mount any volume, except one that stands for a folder or disk of the host that may not be mounted
     * @param names other allowed volumes, including those that stand for a folder or disk
     */
    public record Volumes(boolean own, boolean any, Set<String> names) {}

    /**
     * Adds what is refused of a run's mounts and of its output location. Named volumes have a check of their own.
     *
     * @param granted absolute paths that the submitter may mount in place; no rule applies to them
     */
    void check(Storage storage, List<String> granted, HostFiles files, Refusals refusals) {
        for (Mount mount : storage.mounts()) {
            if (mount.inPlace()) {
                checkInPlace(mount.source(), mount.readOnly(), granted, files, refusals);
            } else if (mount.source().startsWith("/")) {
                checkUse(mount.source(), mount.readOnly(), files, refusals);
            }
        }
        String location = storage.outputs().location();
        if (location != null && storage.outputs().inPlace()) {
            checkInPlace(location, false, granted, files, refusals);
        } else if (location != null) {
            checkUse(location, false, files, refusals);
        }
    }

    /**
     * Adds what is refused of a run's volumes.
     *
     * @param present the run's volumes that exist on the host, by name; a missing one is created for the team
     */
    void checkVolumes(
            Storage storage,
            @Nullable String team,
            Map<String, EngineVolume> present,
            HostFiles files,
            Refusals refusals) {
        for (Mount mount : storage.mounts()) {
            String name = mount.source();
            if (name.startsWith("/") || volumes.names().contains(name)) {
                continue;
            }
            @Nullable EngineVolume volume = present.get(name);
            String shown = "the volume " + Excerpt.quote(name);
            if (volumes.any()) {
                if (volume != null && !volume.options().isEmpty()) {
                    checkOptions(name, mount.readOnly(), volume.options(), files, refusals);
                }
            } else if (!volumes.own()) {
                refusals.add("volumes", refusals.sentence("volumes", shown, "is not allowed"), name);
            } else if (volume != null && !(team == null ? "" : team).equals(volume.team())) {
                refusals.add(
                        "volumes",
                        refusals.sentence(
                                "volumes",
                                shown + ", which was not made by a job of the same team,",
                                "may not be mounted"),
                        name);
            }
        }
    }

    /** As {@link Policy#folderOf}. */
    Optional<Path> folderOf(Path real, HostFiles files) {
        return folders.keySet().stream()
                .flatMap(folder -> files.real(folder).stream())
                .filter(real::startsWith)
                .min(Comparator.comparingInt(Path::getNameCount));
    }

    /** As {@link Policy#openFolders}. */
    List<String> openFolders(HostFiles files) {
        return folders.entrySet().stream()
                .filter(allowed -> allowed.getValue() == Access.READ_WRITE)
                .flatMap(allowed -> files.real(allowed.getKey()).stream())
                .sorted()
                .flatMap(folder -> files
                        .openToOthers(folder)
                        .map(open -> "no job may write in %s: %s".formatted(folder, open(folder, open)))
                        .stream())
                .toList();
    }

    /** A volume of the driver local can stand for a folder or a disk of the host. */
    private void checkOptions(
            String name, boolean readOnly, Map<String, String> options, HostFiles files, Refusals refusals) {
        String device = options.getOrDefault("device", "");
        List<String> flags = List.of(options.getOrDefault("o", "").split(","));
        boolean folder = flags.contains("bind") || flags.contains("rbind");
        if (folder && device.startsWith("/")) {
            checkUse(device, readOnly, files, refusals);
        } else if (!Set.of("tmpfs", "nfs", "nfs4", "cifs").contains(options.getOrDefault("type", ""))) {
            refusals.add(
                    "volumes",
                    refusals.sentence(
                            "volumes",
                            "the volume %s, which stands for %s of the host,"
                                    .formatted(Excerpt.quote(name), Excerpt.quote(device)),
                            "is only allowed by its name"),
                    name);
        }
    }

    private static void checkInPlace(
            String source, boolean readOnly, List<String> granted, HostFiles files, Refusals refusals) {
        if (granted.contains(source)) {
            objectionInPlace(source, readOnly, files).ifPresent(refusals::add);
        } else {
            refusals.add("%s may not be mounted in place: no server has granted it to this request."
                    .formatted(Excerpt.path(source)));
        }
    }

    /** As {@link Policy#objectionInPlace}. */
    static Optional<String> objectionInPlace(String source, boolean readOnly, HostFiles files) {
        Optional<Path> real = files.real(Path.of(source));
        if (real.isEmpty() || !real.get().toString().equals(source)) {
            return Optional.of(
                    "%s may not be mounted in place: it leads %s now, which was changed since the job was submitted. Submit it again."
                            .formatted(
                                    Excerpt.path(source),
                                    real.map(path -> "to " + Excerpt.path(path.toString()))
                                            .orElse("nowhere")));
        }
        if (HostFolder.isOfEngine(real.get())) {
            return Optional.of(
                    "%s may not be mounted: with it a container commands the engine, and takes the devices of other jobs."
                            .formatted(Excerpt.path(source)));
        }
        return files.objection(real.get(), readOnly)
                .map(objection -> "%s may not be mounted: it %s.".formatted(Excerpt.path(source), objection));
    }

    private void checkUse(String source, boolean readOnly, HostFiles files, Refusals refusals) {
        checkFolder(source, readOnly, files, refusals);
        if (!readOnly) {
            checkClosed(source, files, refusals);
        }
    }

    /** Adds what is refused of a folder and of where it leads now. */
    void checkFolder(String source, boolean readOnly, HostFiles files, Refusals refusals) {
        Optional<Path> resolved = files.real(Path.of(source));
        if (resolved.isEmpty()) {
            refusals.add("the folder %s may not be mounted: it is a link that leads nowhere."
                    .formatted(Excerpt.path(source)));
            return;
        }
        Path path = resolved.get();
        String shown = shown(source, path);
        Optional<String> objection = files.objection(path, readOnly);
        if (objection.isPresent()) {
            refusals.add("%s may not be mounted: it %s.".formatted(shown, objection.get()));
            return;
        }
        if (files.isManaged(path)) {
            return;
        }
        @Nullable Access access = null;
        for (Map.Entry<Path, Access> allowed : folders.entrySet()) {
            if (files.real(allowed.getKey()).filter(path::startsWith).isPresent()) {
                access = access == Access.READ_WRITE ? access : allowed.getValue();
            }
        }
        if (access == null) {
            refuseFolder(
                    path,
                    readOnly,
                    refusals.sentence("mounts", shown, "may not be mounted (%s may)".formatted(folderNames())),
                    refusals);
        } else if (access == Access.READ_ONLY && !readOnly) {
            refuseFolder(
                    path,
                    false,
                    refusals.sentence("mounts", shown, "may only be mounted read-only: write ro, if it is only read"),
                    refusals);
        }
    }

    private static String shown(String source, Path real) {
        return "the folder " + Excerpt.path(source)
                + (real.toString().equals(source) ? "" : ", which is " + Excerpt.path(real.toString()) + ",");
    }

    /** For a folder that the policy allows for writing. */
    private void checkClosed(String source, HostFiles files, Refusals refusals) {
        Optional<Path> real = files.real(Path.of(source));
        Optional<Path> allowed = real.flatMap(path -> folderOf(path, files));
        if (allowed.isPresent()) {
            files.openToOthers(real.get(), allowed.get())
                    .ifPresent(open -> refusals.add(shown(source, real.get()) + " may only be mounted read-only (ro): "
                            + (real.equals(allowed)
                                            && files.openToOthers(real.get()).isEmpty()
                                    ? "a container can open it to other users of this host, who could then run as root what it leaves."
                                            + " Mount a folder within it instead"
                                    : open(allowed.get(), open))));
        }
    }

    /** @param folder the folder to close */
    private static String open(Path folder, Path reached) {
        return "other users of this host can enter %s, and could run there as root what a container leaves. Whoever runs the host closes it: %s"
                        .formatted(reached, "chmod 700 " + ShellWords.quote(folder.toString()))
                + " (owned by root or the worker's user), or mounts its file system with nosuid,nodev.";
    }

    /** Does not propose a line that would give a container control of the host. */
    private static void refuseFolder(Path path, boolean readOnly, String sentence, Refusals refusals) {
        if (HostFolder.isOfEngine(path)) {
            refusals.add(sentence
                    + " It can never be allowed: with it a container commands the host's engine, and so the host.");
        } else if (HostFolder.isOfKernel(path)) {
            refusals.add(sentence + " It is the host's kernel: ask whoever runs the host for another way.");
        } else if (HostFolder.isSecret(path)) {
            refusals.add(sentence
                    + " Passwords and keys of the host lie there: mount read-only (ro) only the file or folder that the program reads,"
                    + " or ask whoever runs the host for another way.");
        } else if (HostFolder.isOfSystem(path) && !readOnly) {
            refusals.add(
                    sentence
                            + " Who writes there takes the host over: mount it read-only (ro), or ask whoever runs the host for another folder.");
        } else {
            refusals.add("mounts", sentence, path + ": " + (readOnly ? Access.READ_ONLY : Access.READ_WRITE).word());
        }
    }

    private String folderNames() {
        return folders.isEmpty()
                ? "none"
                : new TreeMap<>(folders).keySet().stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    /** The entries of the rule {@code mounts} in a file: its own and those that are wanted. */
    List<String> entriesWith(List<String> more) {
        String written = Access.READ_WRITE.word();
        Map<Path, String> all = new TreeMap<>();
        folders.forEach((folder, access) -> all.put(folder, access.word()));
        for (String entry : more) {
            int colon = entry.lastIndexOf(": ");
            // For the same folder, propose the wider access.
            all.merge(
                    Path.of(entry.substring(0, colon)),
                    entry.substring(colon + 2),
                    (known, wish) -> known.equals(written) ? known : wish);
        }
        List<Path> writable = all.keySet().stream()
                .filter(folder -> written.equals(all.get(folder)))
                .toList();
        // The reader of the file refuses a read-only folder within a writable one.
        return all.entrySet().stream()
                .filter(each ->
                        each.getValue().equals(written) || writable.stream().noneMatch(each.getKey()::startsWith))
                .map(each -> PolicyWord.quoted(each.getKey().toString()) + ": " + each.getValue())
                .toList();
    }
}
