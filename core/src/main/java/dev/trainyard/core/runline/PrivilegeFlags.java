package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.training.RunSpec.Isolation;
import dev.trainyard.core.training.RunSpecBuilder;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the flags that give access beyond the container. They are passed on, and the worker's policy decides about them. */
final class PrivilegeFlags {

    private static final Pattern DEVICE = Pattern.compile("/[^:]+(:/[^:]+)?(:[rwm]{1,3})?");

    private final RunFlags flags;

    private PrivilegeFlags(RunFlags flags) {
        this.flags = flags;
    }

    static void read(RunFlags flags, RunSpecBuilder run) {
        new PrivilegeFlags(flags).read(run);
    }

    private void read(RunSpecBuilder run) {
        boolean privileged = flags.on("privileged");
        run.privileged(privileged)
                .capAdd(flags.all("cap-add").stream()
                        .flatMap(field -> field.capability().stream())
                        .toList())
                .securityOpt(flags.all("security-opt").stream()
                        .flatMap(field -> securityOption(field).stream())
                        .toList())
                .pid(hostMode("pid"))
                .userns(hostMode("userns"))
                .devices(flags.all("device").stream()
                        .flatMap(field -> device(field).stream())
                        .toList());
        Stream.concat(
                        flags.last("privileged").filter(_ -> privileged).stream(),
                        Stream.of("cap-add", "security-opt", "pid", "userns", "device")
                                .flatMap(name -> flags.all(name).stream())
                                .filter(field -> !field.text().orElse("").isEmpty())
                                .filter(field ->
                                        !Isolation.confines(field.text().orElse(""))))
                .forEach(field -> field.notice(
                        "gives access beyond the container: the worker's policy decides whether it is granted"));
    }

    private @Nullable String hostMode(String name) {
        return flags.said(name).flatMap(field -> field.mode("host", "host")).orElse(null);
    }

    /** Docker's client itself handles some of these options. The others, which it only sends, are passed on. */
    private static Optional<String> securityOption(ConfigValue field) {
        String text = field.text().orElse("");
        if (text.startsWith("seccomp") && !text.matches("seccomp[=:](unconfined|builtin)")) {
            field.problem(
                    "a seccomp profile is a file, which is not sent along",
                    "Write seccomp=unconfined, or leave it out");
            return Optional.empty();
        }
        if (text.startsWith("systempaths")) {
            field.problem("systempaths cannot be passed on to the worker in this release", "Leave it out");
            return Optional.empty();
        }
        return field.matching(
                "no-new-privileges([=:].{1,100})?|[a-z-]{1,30}[=:].{1,1000}",
                "no-new-privileges, or a key with a value such as apparmor=unconfined");
    }

    private static Optional<String> device(ConfigValue field) {
        String text = field.text().orElse("");
        if (text.startsWith("/dev/nvidia") || text.startsWith("nvidia.com/")) {
            field.problem("a GPU must be reserved, not mounted, because another job may use it", "Write --gpus 1");
            return Optional.empty();
        }
        return field.matching(DEVICE.pattern(), "/dev/NAME, optionally followed by :/dev/OTHER and :rwm");
    }
}
