package dev.trainyard.worker.device;

import dev.trainyard.core.text.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Data of {@code nvidia-smi -L} that the XML report lacks: the numbers of GPUs, the UUIDs and profiles of MIG devices, and which GPU cannot
 * be reached.
 *
 * @param gpus by UUID
 * @param otherLines lines about neither a GPU nor a MIG device, such as warnings and lines about a lost GPU
 */
record NvidiaSmiListing(Map<String, Gpu> gpus, List<String> otherLines) {
    private static final int LONGEST_LINE = 200;
    private static final int MOST_LINES = 64;

    private static final Pattern GPU = Pattern.compile("GPU (\\d{1,4}): .*\\(UUID: (GPU-[^)\\s]+)\\)\\s*");
    private static final Pattern MIG =
            Pattern.compile("\\s+MIG (\\S+)\\s+Device\\s+(\\d{1,4}): \\(UUID: (MIG-[^)\\s]+)\\)\\s*");

    /** The form of the XML report is {@code 00000000:0A:00.0}. The listing may omit digits of the domain. */
    private static final Pattern PCI =
            Pattern.compile("([0-9A-Fa-f]{4,8}):([0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-9A-Fa-f])");

    /** Beginning of a line about a GPU that cannot be used. It may contain an address, a number, or neither. */
    private static final String UNREACHABLE = "unable to determine the device handle";

    record Gpu(int index, List<Mig> migs) {
        Optional<Mig> mig(int number) {
            return migs.stream().filter(mig -> mig.number == number).findFirst();
        }
    }

    record Mig(int number, String profile, String uuid) {}

    static NvidiaSmiListing parse(String printed) {
        Map<String, Gpu> gpus = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        List<Mig> migsOfCurrent = new ArrayList<>();
        for (String line : printed.lines().toList()) {
            Matcher mig = MIG.matcher(line);
            if (mig.matches()) {
                migsOfCurrent.add(new Mig(Integer.parseInt(mig.group(2)), mig.group(1), mig.group(3)));
                continue;
            }
            // Also after an unknown line: the MIG devices below it do not belong to the GPU above it.
            migsOfCurrent = new ArrayList<>();
            Matcher gpu = GPU.matcher(line);
            if (gpu.matches()) {
                gpus.put(gpu.group(2), new Gpu(Integer.parseInt(gpu.group(1)), migsOfCurrent));
            } else if (!line.isBlank() && others.size() < MOST_LINES) {
                others.add(Excerpt.plain(line.strip(), LONGEST_LINE));
            }
        }
        return new NvidiaSmiListing(gpus, others);
    }

    /** The line that reports that the GPU at this address cannot be reached. Empty if there is none. */
    Optional<String> troubleAt(String pci) {
        return otherLines.stream()
                .filter(NvidiaSmiListing::saysUnreachable)
                .filter(line -> !address(pci).isEmpty() && address(line).equals(address(pci)))
                .findFirst();
    }

    /** The lines about a GPU without its address. */
    List<String> troubleWithoutAddress() {
        return unreachable().stream().filter(line -> address(line).isEmpty()).toList();
    }

    /** The lines about any GPU that cannot be reached. */
    List<String> unreachable() {
        return otherLines.stream().filter(NvidiaSmiListing::saysUnreachable).toList();
    }

    private static boolean saysUnreachable(String line) {
        return line.toLowerCase(Locale.ROOT).startsWith(UNREACHABLE);
    }

    private static String address(String text) {
        Matcher pci = PCI.matcher(text);
        return pci.find()
                ? Long.parseLong(pci.group(1), 16) + ":" + pci.group(2).toLowerCase(Locale.ROOT)
                : "";
    }

    Optional<Gpu> gpu(String uuid) {
        return Optional.ofNullable(gpus.get(uuid));
    }
}
