package dev.trainyard.worker.policy;

import dev.trainyard.core.request.Excerpt;
import dev.trainyard.core.request.RunSpec;
import dev.trainyard.core.request.RunSpec.Mount;
import dev.trainyard.core.request.RunSpec.Privileges;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a container may be given of its host. Whatever is not allowed by name is refused; {@code --privileged} and the host's own NVIDIA
 * devices always are, since with them a container would see GPUs that are reserved for others.
 *
 * @param origin where it comes from, for people
 * @param mounts folders of the host that may be mounted, with all below them
 * @param volumes whether Docker volumes may be mounted by name
 * @param networks beside an own one, as {@code docker run --network}: {@code bridge}, {@code none}, a network's name, {@code host}
 * @param ipc as {@code --ipc}
 * @param pid as {@code --pid}
 * @param userns as {@code --userns}
 * @param capAdd in capitals, without {@code CAP_}
 * @param securityOpt as {@code --security-opt}, word for word
 * @param devices paths in {@code /dev}
 */
public record Policy(
        String origin,
        Map<Path, Access> mounts,
        boolean volumes,
        Set<String> networks,
        Set<String> ipc,
        Set<String> pid,
        Set<String> userns,
        Set<String> capAdd,
        Set<String> securityOpt,
        Set<String> devices) {

    /** How a folder may be mounted. */
    public enum Access {
        READ_ONLY,
        READ_WRITE;

        /** As it is written in the file. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Without a file: data and results where teams keep them, everything that stays within the container, and {@code --ipc host}, which
     * data loaders ask for. Of the capabilities those that Docker gives anyway, and those with which profilers, locked memory and
     * priorities work in a container's own namespaces.
     */
    static final Policy BUILT_IN = new Policy(
            "the built-in policy",
            Map.of(Path.of("/data"), Access.READ_WRITE, Path.of("/logs"), Access.READ_WRITE),
            true,
            Set.of("bridge", "none"),
            Set.of("private", "shareable", "none", "host"),
            Set.of(),
            Set.of(),
            Set.of(
                    "AUDIT_WRITE",
                    "CHOWN",
                    "DAC_OVERRIDE",
                    "FOWNER",
                    "FSETID",
                    "IPC_LOCK",
                    "KILL",
                    "MKNOD",
                    "NET_BIND_SERVICE",
                    "NET_RAW",
                    "SETFCAP",
                    "SETGID",
                    "SETPCAP",
                    "SETUID",
                    "SYS_CHROOT",
                    "SYS_NICE",
                    "SYS_PTRACE"),
            Set.of("no-new-privileges", "no-new-privileges:true"),
            Set.of());

    /**
     * A host's policy.
     *
     * @param file what to read; null: {@code /etc/trainyard/policy.yml} where it is there, else the built-in policy
     * @throws PolicyProblem if the file cannot be read, or says what no policy can say
     */
    public static Policy load(@Nullable Path file) {
        return PolicyFile.load(file);
    }

    /**
     * What the policy refuses of a run: a sentence each, with the rule, where it stands and the remedy; none if all is allowed.
     *
     * @param outputsRoot managed outputs lie below it
     * @param real a path of this host with its symbolic links resolved, as far as it exists; empty where that is not known
     */
    public List<String> refusals(RunSpec run, Path outputsRoot, Function<Path, Optional<Path>> real) {
        List<String> refusals = new ArrayList<>();
        for (Mount mount : run.mounts()) {
            if (mount.source().startsWith("/")) {
                checkMount(mount.source(), mount.readOnly(), outputsRoot, real, refusals);
            } else if (!volumes) {
                refusals.add(refusal("volumes", "the volume " + mount.source(), "is not allowed", "volumes: true"));
            }
        }
        String location = run.outputs().location();
        if (location != null) {
            checkMount(location, false, outputsRoot, real, refusals);
        }
        String network = run.networkMode();
        if (network != null && !network.equals("default")) {
            check("networks", "the network", network, networks, refusals);
        }
        check("ipc", "the IPC namespace", run.ipc(), ipc, refusals);
        checkPrivileges(run.privileges(), refusals);
        return refusals;
    }

    private void checkPrivileges(Privileges wanted, List<String> refusals) {
        if (wanted.privileged()) {
            refusals.add(
                    "privileged is never allowed, since the container would see every GPU of its host. Ask for what it needs: "
                            + "gpus, or a capability (capAdd).");
        }
        wanted.capAdd().forEach(capability -> {
            String name = capability.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "");
            check("capAdd", "the capability", name, capAdd, refusals);
        });
        wanted.securityOpt().forEach(option -> check("securityOpt", "the option", option, securityOpt, refusals));
        check("pid", "the PID namespace", wanted.pid(), pid, refusals);
        check("userns", "the user namespace", wanted.userns(), userns, refusals);
        wanted.devices().forEach(device -> {
            String path = Path.of(device.split(":", 2)[0]).normalize().toString();
            if (path.startsWith("/dev/nvidia")) {
                refusals.add("the device %s is never allowed, since it may be reserved for another job. Ask for gpus."
                        .formatted(Excerpt.quote(path)));
            } else {
                check("devices", "the device", path, devices, refusals);
            }
        });
    }

    private void check(String rule, String what, @Nullable String wanted, Set<String> allowed, List<String> refusals) {
        if (wanted != null && !allowed.contains(wanted)) {
            String known = allowed.isEmpty() ? "none is" : String.join(", ", new TreeSet<>(allowed)) + " are";
            refusals.add(refusal(
                    rule,
                    what + " " + Excerpt.quote(wanted),
                    "is not allowed (%s)".formatted(known),
                    "%s: [%s]".formatted(rule, Excerpt.plain(wanted, 60))));
        }
    }

    private void checkMount(
            String source,
            boolean readOnly,
            Path outputsRoot,
            Function<Path, Optional<Path>> real,
            List<String> refusals) {
        Optional<Path> resolved = real.apply(Path.of(source));
        if (resolved.isEmpty()) {
            refusals.add("the folder %s may not be mounted: it is a link that leads nowhere."
                    .formatted(Excerpt.quote(source)));
            return;
        }
        Path path = resolved.get();
        if (real.apply(outputsRoot)
                .filter(root -> path.startsWith(root) && !path.equals(root))
                .isPresent()) {
            return;
        }
        @Nullable Access access = null;
        for (Map.Entry<Path, Access> allowed : mounts.entrySet()) {
            if (real.apply(allowed.getKey()).filter(path::startsWith).isPresent()) {
                access = access == Access.READ_WRITE ? access : allowed.getValue();
            }
        }
        String shown = Excerpt.quote(source)
                + (path.toString().equals(source) ? "" : ", which is " + Excerpt.quote(path.toString()) + ",");
        if (access == null) {
            refusals.add(refusal(
                    "mounts",
                    "the folder " + shown,
                    "may not be mounted (%s may)".formatted(folders()),
                    "mounts: {%s: %s}".formatted(path, (readOnly ? Access.READ_ONLY : Access.READ_WRITE).word())));
        } else if (access == Access.READ_ONLY && !readOnly) {
            refusals.add(refusal(
                    "mounts",
                    "the folder " + shown,
                    "may only be mounted read-only: write ro, if it is only read",
                    "mounts: {%s: read-write}".formatted(path)));
        }
    }

    private String folders() {
        return mounts.isEmpty()
                ? "none"
                : new TreeMap<>(mounts).keySet().stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    private String refusal(String rule, String what, String why, String change) {
        return "%s %s by the rule %s of %s. Whoever runs the host can allow it there: %s"
                .formatted(what, why, rule, origin, change);
    }
}
