package dev.trainyard.worker.device;

import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The capacity of a host for containers.
 *
 * @param cpus the processors that this process may use
 * @param memory the host's memory minus a sixteenth (at most 8 GiB) for the host's own programs; not affected by a memory limit of this
 *     process
 */
public record HostCapacity(int cpus, DataSize memory) {

    private static final long MOST_KEPT = 8L << 30;
    private static final Pattern MEM_TOTAL = Pattern.compile("(?m)^MemTotal:\\s+(\\d{1,15}) kB$");

    /** @throws DeviceProblem if this is not a Linux host, or its {@code /proc/meminfo} cannot be read */
    public static HostCapacity read() throws DeviceProblem {
        return read(Path.of("/proc/meminfo"), Runtime.getRuntime().availableProcessors());
    }

    static HostCapacity read(Path meminfo, int cpus) throws DeviceProblem {
        String text;
        try {
            text = Files.readString(meminfo);
        } catch (IOException e) {
            throw new DeviceProblem("The memory of this host is unknown: " + meminfo + " cannot be read: " + e, e);
        }
        Matcher total = MEM_TOTAL.matcher(text);
        if (!total.find()) {
            throw new DeviceProblem("The memory of this host is unknown: " + meminfo + " has no line MemTotal.");
        }
        long bytes = Long.parseLong(total.group(1)) << 10;
        return new HostCapacity(cpus, new DataSize(bytes - Math.min(bytes / 16, MOST_KEPT)));
    }
}
