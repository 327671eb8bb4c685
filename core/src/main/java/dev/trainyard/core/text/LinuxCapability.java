package dev.trainyard.core.text;

import java.util.Locale;
import java.util.Set;

/** The names of Linux capabilities, as {@code docker run --cap-add} accepts them. */
public final class LinuxCapability {

    /** Docker's name for all capabilities. */
    public static final String ALL = "ALL";

    private static final Set<String> NAMES = Set.of(
            "AUDIT_CONTROL",
            "AUDIT_READ",
            "AUDIT_WRITE",
            "BLOCK_SUSPEND",
            "BPF",
            "CHECKPOINT_RESTORE",
            "CHOWN",
            "DAC_OVERRIDE",
            "DAC_READ_SEARCH",
            "FOWNER",
            "FSETID",
            "IPC_LOCK",
            "IPC_OWNER",
            "KILL",
            "LEASE",
            "LINUX_IMMUTABLE",
            "MAC_ADMIN",
            "MAC_OVERRIDE",
            "MKNOD",
            "NET_ADMIN",
            "NET_BIND_SERVICE",
            "NET_BROADCAST",
            "NET_RAW",
            "PERFMON",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYSLOG",
            "SYS_ADMIN",
            "SYS_BOOT",
            "SYS_CHROOT",
            "SYS_MODULE",
            "SYS_NICE",
            "SYS_PACCT",
            "SYS_PTRACE",
            "SYS_RAWIO",
            "SYS_RESOURCE",
            "SYS_TIME",
            "SYS_TTY_CONFIG",
            "WAKE_ALARM");

    private LinuxCapability() {}

    /** In upper case, without {@code CAP_}. */
    public static String plain(String name) {
        return name.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "");
    }

    /** Whether Linux has a capability with this name, in any spelling. {@link #ALL} is not one. */
    public static boolean exists(String name) {
        return NAMES.contains(plain(name));
    }

    /** A remedy that suggests the most similar known name. */
    public static String remedy(String name) {
        return NearestName.among(NAMES, plain(name))
                .map("Did you mean %s?"::formatted)
                .orElse("Write one such as SYS_PTRACE; man 7 capabilities lists them");
    }
}
