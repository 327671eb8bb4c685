package dev.trainyard.worker.policy;

import dev.trainyard.core.text.LinuxCapability;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Allowed values in the list of a rule. */
enum PolicyWord {
    NETWORKS("networks") {
        @Override
        Optional<String> objection(String word) {
            return unless(
                    word.matches("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,199}"),
                    "a network is bridge, none, host, or the name of one; another container's belongs to its job");
        }
    },
    IPC("ipc") {
        @Override
        Optional<String> objection(String word) {
            return unless(word.matches("private|shareable|none|host"), "ipc is private, shareable, none or host");
        }
    },
    PID("pid") {
        @Override
        Optional<String> objection(String word) {
            return unless(word.equals("host"), "pid is host, or nothing: []");
        }
    },
    USERNS("userns") {
        @Override
        Optional<String> objection(String word) {
            return unless(word.equals("host"), "userns is host, or nothing: []");
        }
    },
    UTS("uts") {
        @Override
        Optional<String> objection(String word) {
            return unless(word.equals("host"), "uts is host, or nothing: []");
        }
    },
    CGROUPNS("cgroupns") {
        @Override
        Optional<String> objection(String word) {
            return unless(word.matches("private|host"), "cgroupns is private or host");
        }
    },
    CAP_ADD("capAdd") {
        @Override
        Optional<String> objection(String word) {
            if (LinuxCapability.plain(word).equals(LinuxCapability.ALL)) {
                return Optional.of("ALL contains the capabilities that take over the host; name each that is meant");
            }
            return unless(
                    LinuxCapability.exists(word), "Linux has no such capability. " + LinuxCapability.remedy(word));
        }
    },
    SECURITY_OPT("securityOpt") {
        @Override
        Optional<String> objection(String word) {
            return unless(
                    word.matches("no-new-privileges([=:](true|false))?|(apparmor|seccomp|label|systempaths)[=:]\\S+"),
                    "write it as docker run --security-opt does, for example no-new-privileges or seccomp=unconfined");
        }
    },
    DEVICES("devices") {
        @Override
        Optional<String> objection(String word) {
            if (word.startsWith(Policy.NVIDIA)) {
                return Optional.of("GPUs are reserved by jobs and never given by name; leave it out");
            }
            return unless(
                    word.startsWith("/dev/")
                            && Path.of(word).normalize().toString().equals(word),
                    "a device is a path in /dev, for example /dev/fuse");
        }
    };

    private final String rule;

    PolicyWord(String rule) {
        this.rule = rule;
    }

    /** The allowed values of this rule. Empty if its value is not a list. */
    static Optional<PolicyWord> of(String rule) {
        return Arrays.stream(values()).filter(each -> each.rule.equals(rule)).findFirst();
    }

    /** Why no policy can have this value. Empty if it can. */
    abstract Optional<String> objection(String word);

    private static Optional<String> unless(boolean good, String objection) {
        return good ? Optional.empty() : Optional.of(objection);
    }

    /** The value in a list or mapping of YAML, quoted if necessary. */
    static String quoted(String word) {
        return word.matches("[A-Za-z/_][A-Za-z0-9/_.=-]*")
                ? word
                : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
