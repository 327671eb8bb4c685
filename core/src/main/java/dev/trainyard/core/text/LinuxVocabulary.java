package dev.trainyard.core.text;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Words from closed lists of the engine. They are checked here, with their position. The engine would refuse others only at the start. */
public final class LinuxVocabulary {

    private static final Set<String> SIGNALS = Set.of(
            "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE",
            "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU",
            "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX");

    public static final List<String> ULIMITS = List.of(
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack");

    /** Options of {@code mount(8)} that the engine accepts for a tmpfs. */
    private static final Set<String> TMPFS_FLAGS = Set.of(
            "async",
            "atime",
            "bind",
            "defaults",
            "dev",
            "diratime",
            "dirsync",
            "exec",
            "mand",
            "noatime",
            "nodev",
            "nodiratime",
            "noexec",
            "nomand",
            "norelatime",
            "nostrictatime",
            "nosuid",
            "rbind",
            "relatime",
            "remount",
            "ro",
            "rw",
            "strictatime",
            "suid",
            "sync",
            "private",
            "rprivate",
            "shared",
            "rshared",
            "slave",
            "rslave",
            "unbindable",
            "runbindable");

    private static final Set<String> TMPFS_VALUES =
            Set.of("gid", "mode", "mpol", "nr_blocks", "nr_inodes", "size", "uid");

    private LinuxVocabulary() {}

    /** With or without {@code SIG}, in upper or lower case, or as a number. */
    public static boolean isSignal(String text) {
        String name = text.toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
        return text.matches("0*([1-9]|[1-5]\\d|6[0-4])")
                || SIGNALS.contains(name)
                || name.matches("RTMIN\\+([1-9]|1[0-5])|RTMAX-([1-9]|1[0-4])");
    }

    /** An IPv4 address in four decimal parts, or an IPv6 address. */
    public static boolean isAddress(String text) {
        String part = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
        if (text.matches(part + "(\\." + part + "){3}")) {
            return true;
        }
        try {
            return text.matches("[0-9a-fA-F]*+:[0-9a-fA-F:.]*") && InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The options of a tmpfs, after its path: {@code size=64m,noexec}. */
    public static boolean isTmpfsOption(String option) {
        int equals = option.indexOf('=');
        return equals < 0 ? TMPFS_FLAGS.contains(option) : TMPFS_VALUES.contains(option.substring(0, equals));
    }
}
