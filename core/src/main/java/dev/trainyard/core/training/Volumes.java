package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Outputs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code volumes} in the short and the long form: mounts, in-memory file systems, and where the outputs go. */
public final class Volumes {

    /** The same limit as in the message's schema. */
    private static final int LONGEST_LOCATION = 600;

    private static final String VOLUME_NAME = "[a-zA-Z0-9][a-zA-Z0-9_.-]+";
    private final @Nullable Map<String, ConfigValue> declared;
    private final @Nullable String home;
    private final @Nullable ProjectFolder project;
    private final List<Mount> mounts = new ArrayList<>();
    private final List<String> tmpfs = new ArrayList<>();
    private final Set<String> targets = new HashSet<>();
    private final Set<String> anonymous = new LinkedHashSet<>();
    private Outputs outputs = Outputs.MANAGED;

    /**
     * @param declared the named volumes of the file; null if volumes need no declaration
     * @param home the submitter's HOME, if known
     * @param project where relative sources begin; null: the submitter's folders are not known, as for a draft
     */
    public Volumes(
            @Nullable Map<String, ConfigValue> declared, @Nullable String home, @Nullable ProjectFolder project) {
        this.declared = declared;
        this.home = home;
        this.project = project;
    }

    public List<Mount> mounts() {
        return mounts;
    }

    public List<String> tmpfs() {
        return tmpfs;
    }

    /** Targets of volumes without a name. Another mount at the same target takes precedence, as in Docker. */
    public List<String> anonymous() {
        return anonymous.stream().filter(target -> !targets.contains(target)).toList();
    }

    public Outputs outputs() {
        return outputs;
    }

    /**
     * A volume in the long form.
     *
     * @param propagation for example {@code rslave}
     * @param size of a tmpfs
     * @param mode of a tmpfs
     * @param create whether a missing folder of the submitter is made
     */
    public record Entry(
            String type,
            String source,
            String target,
            boolean readOnly,
            Optional<ConfigValue> propagation,
            boolean noCopy,
            Optional<ConfigValue> size,
            Optional<ConfigValue> mode,
            @Nullable String consistency,
            boolean create) {}

    /** Reads one entry in either form. */
    public void read(ConfigValue volume) {
        if (volume.isMapping()) {
            readLong(volume);
        } else {
            volume.text().ifPresent(text -> readShort(volume, text));
        }
    }

    private void readShort(ConfigValue volume, String text) {
        String[] parts = unquoted(volume, text).split(":", -1);
        // "d:/d" alone is a volume with one letter.
        boolean windows = text.matches("[a-zA-Z]:(?:\\\\|/[^:]*+:/).*") || text.startsWith("\\\\");
        if (windows) {
            volume.problem(
                    "%s is a Windows path".formatted(Excerpt.path(text)),
                    "Write a path of the worker's host, which runs Linux");
        } else if (parts.length == 1) {
            anonymous(volume, parts[0]);
        } else if (parts.length > 3) {
            volume.problem(
                    "%s has too many colons".formatted(Excerpt.path(text)), "Write SOURCE:TARGET or SOURCE:TARGET:ro");
        } else {
            add(
                    volume,
                    parts[0],
                    parts[1],
                    parts.length == 3 ? MountOptions.read(volume, parts[2]) : MountOptions.NONE,
                    true);
        }
    }

    /** Real files contain {@code /logs/x:"/outputs"}. In YAML the inner quotes are part of the text. */
    private static String unquoted(ConfigValue volume, String text) {
        String plain = unquoted(text);
        if (!plain.equals(text)) {
            volume.notice("is read as %s, without the quotes that YAML takes as part of the path".formatted(plain));
        }
        return plain;
    }

    private void anonymous(ConfigValue volume, String text) {
        plainTarget(volume, text).ifPresent(target -> {
            if (target.equals(Outputs.MANAGED.target())) {
                volume.notice("the outputs go to a managed folder instead of a volume");
            } else if (anonymous.add(target)) {
                volume.notice("is an anonymous volume, which is removed together with the container");
            }
        });
    }

    private void readLong(ConfigValue volume) {
        volume.allowOnly(List.of("type", "source", "target", "read_only", "bind", "volume", "tmpfs", "consistency"));
        volume.get("bind").ifPresent(bind -> {
            bind.allowOnly(List.of("create_host_path", "propagation", "selinux"));
            bind.get("create_host_path")
                    .filter(create -> create.flag() && text(volume, "source").startsWith("/"))
                    .ifPresent(create -> create.notice(
                            "has no effect: if the source does not exist on the worker's host, the start fails"));
            bind.get("selinux").flatMap(ConfigValue::text).ifPresent(label -> MountOptions.relabels(bind, label));
        });
        volume.get("volume").ifPresent(options -> options.allowOnly(List.of("nocopy")));
        String type = text(volume, "type");
        List.of("bind", "volume", "tmpfs").stream()
                .filter(section -> !section.equals(type))
                .flatMap(section -> volume.get(section).filter(field -> !field.isBlank()).stream())
                .forEach(field -> field.notice("has no effect on a mount of type %s".formatted(type)));
        Optional<ConfigValue> options =
                volume.get(type).filter(_ -> List.of("bind", "volume", "tmpfs").contains(type));
        options.filter(_ -> type.equals("tmpfs")).ifPresent(field -> field.allowOnly(List.of("size", "mode")));
        add(
                volume,
                new Entry(
                        type,
                        text(volume, "source"),
                        text(volume, "target"),
                        volume.get("read_only").map(ConfigValue::flag).orElse(false),
                        options.flatMap(field -> field.get("propagation")),
                        options.flatMap(field -> field.get("nocopy"))
                                .map(ConfigValue::flag)
                                .orElse(false),
                        options.flatMap(field -> field.get("size")),
                        options.flatMap(field -> field.get("mode")),
                        volume.get("consistency").flatMap(ConfigValue::text).orElse(null),
                        options.flatMap(field -> field.get("create_host_path"))
                                .map(ConfigValue::flag)
                                .orElse(true)));
    }

    private static String text(ConfigValue volume, String key) {
        return volume.get(key).flatMap(ConfigValue::text).orElse("");
    }

    public void add(ConfigValue volume, Entry entry) {
        if (entry.consistency() != null) {
            MountOptions.meansNothing(volume, entry.consistency());
        }
        MountOptions options = new MountOptions(
                entry.readOnly(),
                entry.propagation()
                        .flatMap(field -> field.matching(MountOptions.PROPAGATION, "a propagation such as rslave"))
                        .orElse(null),
                entry.noCopy());
        String type = entry.type();
        String source = entry.source();
        String target = entry.target();
        switch (type) {
            case "tmpfs" -> {
                if (!source.isEmpty()) {
                    volume.problem("a tmpfs has no source", "Leave source out, or write another type");
                }
                addTmpfs(volume, entry);
            }
            case "bind", "volume" -> {
                boolean named = !source.isEmpty() && "/.~".indexOf(source.charAt(0)) < 0;
                if (type.equals("volume") && source.isEmpty() && !options.readOnly()) {
                    anonymous(volume, target);
                } else if (source.isEmpty() || target.isEmpty()) {
                    volume.problem("needs source and target", "Write both");
                } else if (type.equals("volume") != named) {
                    volume.problem(
                            "type %s does not match the source %s".formatted(type, Excerpt.path(source)),
                            "A bind needs a path that begins with / or ./, a volume needs a name");
                } else {
                    add(volume, source, target, options, entry.create());
                }
            }
            default ->
                volume.problem(
                        "the type %s cannot be passed on".formatted(Excerpt.quote(type)),
                        "Write bind, volume or tmpfs");
        }
    }

    private void addTmpfs(ConfigValue volume, Entry entry) {
        List<String> options = new ArrayList<>();
        if (entry.readOnly()) {
            options.add("ro");
        }
        entry.size().flatMap(ConfigValue::size).ifPresent(size -> options.add("size=" + size));
        entry.mode().flatMap(Volumes::mode).ifPresent(mode -> options.add("mode=" + mode));
        target(volume, entry.target()).ifPresent(path -> {
            Tmpfs.faults(path, Outputs.MANAGED.target(), Set.of())
                    .forEach(fault -> volume.problem(fault.what(), fault.remedy()));
            tmpfs.add(options.isEmpty() ? path : path + ":" + String.join(",", options));
        });
    }

    /** Returns octal digits. YAML reads a mode without quotes as a number: 01777 is octal, but 1777 is decimal. */
    private static Optional<String> mode(ConfigValue mode) {
        String number = mode.value().orElse("");
        boolean read = mode.isNumberLike() && number.matches("\\d{1,5}");
        ConfigValue octal = read ? mode.withText(Integer.toOctalString(Integer.parseInt(number))) : mode;
        Optional<String> digits = octal.matching("0*[0-7]{3,4}", "an octal mode such as 01777")
                .map(text -> text.replaceFirst("^0+(?=.{3})", ""));
        digits.filter(text -> read && !mode.text().orElse("").startsWith("0"))
                .ifPresent(text ->
                        mode.notice("is read as a decimal number, as Compose does: the mode is %s".formatted(text)));
        return digits;
    }

    private void add(ConfigValue volume, String source, String targetText, MountOptions options, boolean create) {
        Optional<String> target = target(volume, targetText);
        if (target.isEmpty()) {
            return;
        }
        boolean isOutputs = target.get().equals(Outputs.MANAGED.target());
        if (isOutputs && options.readOnly()) {
            volume.problem(
                    "the outputs cannot be read-only",
                    "Leave ro out, or mount it at another path than " + target.get());
        }
        switch (source.isEmpty() ? ' ' : source.charAt(0)) {
            case '/' -> {
                String path = ContainerPath.plain(source);
                boolean own = project != null
                        && project.contains(path)
                        && project.obstacle().isEmpty();
                bind(volume, path, target.get(), options, isOutputs, own, create);
            }
            case '~' -> {
                boolean own = project != null && project.obstacle().isEmpty();
                expanded(volume, source, own)
                        .ifPresent(path -> bind(volume, path, target.get(), options, isOutputs, own, create));
            }
            case '.' -> relative(volume, source, target.get(), options, isOutputs, create);
            case ' ' -> volume.problem("has no source", "Write SOURCE:TARGET");
            default -> named(volume, source, target.get(), options, isOutputs);
        }
    }

    private void relative(
            ConfigValue volume, String source, String target, MountOptions options, boolean isOutputs, boolean create) {
        if (project != null && project.obstacle().isEmpty()) {
            bind(volume, project.resolve(source), target, options, isOutputs, true, create);
        } else if (!isOutputs) {
            String why = project == null
                    ? "the folder in which it begins is not known here"
                    : project.obstacle().orElseThrow();
            volume.problem(
                    "the relative source %s cannot be mounted: %s".formatted(Excerpt.path(source), why),
                    "Use an absolute path of the worker's host, or copy the files into the image");
        } else if (project != null) {
            volume.notice("the outputs are kept in a managed folder of the worker: %s"
                    .formatted(project.obstacle().orElseThrow()));
        }
    }

    /** @param own whether it is a path of the submitter's machine, to be mounted in place */
    private void bind(
            ConfigValue volume,
            String source,
            String target,
            MountOptions options,
            boolean isOutputs,
            boolean own,
            boolean create) {
        if (own && !create && project != null && !project.exists(source)) {
            volume.problem(
                    "the source %s does not exist".formatted(Excerpt.path(source)),
                    "Create it, or let it be created (-v, or create_host_path: true)");
        }
        if (options.noCopy()) {
            volume.problem("nocopy applies only to named volumes", "Leave nocopy out");
        }
        if (isOutputs && options.propagation() != null) {
            volume.problem(
                    "propagation is not supported for the outputs", "Leave %s out".formatted(options.propagation()));
        }
        if (isOutputs && source.equals("/")) {
            volume.problem("the outputs cannot be the root of the host", "Name a folder");
        } else if (isOutputs && source.length() > LONGEST_LOCATION) {
            volume.problem(
                    "the path of the outputs is longer than %d characters, the limit of a request"
                            .formatted(LONGEST_LOCATION),
                    "Use a shorter path");
        } else if (isOutputs) {
            outputs = new Outputs(target, source, own);
        } else if (source.length() > ContainerPath.LONGEST) {
            tooLong(volume);
        } else {
            mounts.add(new Mount(source, target, options.readOnly(), options.propagation(), false, own));
        }
    }

    private static void tooLong(ConfigValue volume) {
        volume.problem(
                "has a path of more than %,d characters, the limit of a request".formatted(ContainerPath.LONGEST),
                "Use a shorter path");
    }

    private Optional<String> expanded(ConfigValue volume, String source, boolean own) {
        if (home == null || !home.startsWith("/") || !source.matches("~(/.*)?")) {
            volume.problem(
                    "%s refers to an unknown home folder".formatted(Excerpt.path(source)), "Write the full path");
            return Optional.empty();
        }
        String path = ContainerPath.plain(home + source.substring(1));
        if (!own) {
            volume.notice("is read as %s, a path on the worker's host, not on your machine".formatted(path));
        }
        return Optional.of(path);
    }

    private void named(ConfigValue volume, String name, String target, MountOptions options, boolean isOutputs) {
        if (options.propagation() != null) {
            volume.problem(
                    "propagation is not supported for a named volume", "Leave %s out".formatted(options.propagation()));
        }
        @Nullable ConfigValue declaration = declared == null ? null : declared.get(name);
        if (isOutputs) {
            volume.problem(
                    "the outputs cannot be kept in the named volume %s".formatted(Excerpt.quote(name)),
                    "Write ./%s for managed outputs, or an absolute path of the worker's host".formatted(name));
        } else if (declared != null && declaration == null) {
            volume.problem(
                    "the volume %s is not declared under volumes".formatted(Excerpt.quote(name)),
                    "Declare it there, or write an absolute path");
        } else {
            String volumeName = declaration == null ? name : volumeName(name, declaration);
            if (volumeName.length() == 1) {
                volume.problem(
                        "Docker refuses %s as the name of a volume: it is too short"
                                .formatted(Excerpt.quote(volumeName)),
                        "Use two or more letters, digits, '_', '.' or '-'"
                                + (declaration == null
                                        ? ""
                                        : ". Compose would put the project's name before it. Here, declare %s: {name: %s-data}"
                                                .formatted(name, name)));
            } else if (!volumeName.matches(VOLUME_NAME)) {
                volume.problem(
                        "%s is not a valid name of a Docker volume".formatted(Excerpt.quote(volumeName)),
                        "Use two or more letters, digits, '_', '.' or '-'");
            }
            volume.notice("the volume %s is on the worker's host and remains there".formatted(volumeName));
            mounts.add(new Mount(volumeName, target, options.readOnly(), null, options.noCopy(), false));
        }
    }

    private static String volumeName(String name, ConfigValue declaration) {
        declaration.allowOnly(List.of("name", "external", "driver", "driver_opts", "labels"));
        declaration.get("driver").ifPresent(driver -> driver.matching("local", "local, the only supported driver"));
        declaration
                .get("driver_opts")
                .filter(options -> !options.isNull())
                .ifPresent(options -> options.problem(
                        "cannot be passed on to the worker",
                        "Create the volume on the worker's host and declare it with external: true"));
        declaration
                .get("labels")
                .ifPresent(labels -> labels.notice("are not passed on: the worker creates the volume without labels"));
        // Old compose files write external: {name: NAME}.
        Optional<ConfigValue> external = declaration.get("external").filter(ConfigValue::isMapping);
        return external.or(() -> Optional.of(declaration))
                .flatMap(field -> field.get("name"))
                .flatMap(ConfigValue::text)
                .orElse(name);
    }

    private Optional<String> target(ConfigValue volume, String text) {
        Optional<String> path = plainTarget(volume, text);
        path.filter(each -> !targets.add(each))
                .ifPresent(each ->
                        volume.problem("%s is mounted twice".formatted(Excerpt.path(each)), "Mount each path once"));
        return path;
    }

    private static Optional<String> plainTarget(ConfigValue volume, String text) {
        if (!text.startsWith("/") || ContainerPath.plain(text).equals("/")) {
            volume.problem(
                    "%s is not an absolute path in the container".formatted(Excerpt.path(text)),
                    "Write one, such as /data");
            return Optional.empty();
        }
        if (ContainerPath.plain(text).length() > ContainerPath.LONGEST) {
            tooLong(volume);
            return Optional.empty();
        }
        return Optional.of(ContainerPath.plain(text));
    }

    /** The path of a volume or a device in the container, by which a later file overrides it. Empty if it cannot be determined. */
    public static Optional<String> targetOf(ConfigNode volume) {
        if (volume instanceof ConfigNode.Mapping mapping) {
            return mapping.get("target")
                    .filter(ConfigNode.Scalar.class::isInstance)
                    .map(target -> ContainerPath.plain(((ConfigNode.Scalar) target).text()));
        }
        if (volume instanceof ConfigNode.Scalar scalar) {
            String[] parts = unquoted(scalar.text()).split(":", -1);
            return Optional.of(ContainerPath.plain(parts[parts.length == 1 ? 0 : 1]));
        }
        return Optional.empty();
    }

    private static String unquoted(String text) {
        return text.replaceAll("(^|:)\"([^\":]*)\"(?=:|$)", "$1$2").replaceAll("(^|:)'([^':]*)'(?=:|$)", "$1$2");
    }

    /** Reports what is wrong with a tmpfs. Call it after all volumes are read. */
    public void checkTmpfs(ConfigValue field, String words) {
        Tmpfs.faults(words, Outputs.MANAGED.target(), targets)
                .forEach(fault -> field.problem(fault.what(), fault.remedy()));
    }
}
