package dev.trainyard.worker.device;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code nvidia-smi -L} tells and the XML report does not: the GPUs' numbers, and the UUIDs and profiles of MIG
 * devices. Lines that are neither (warnings, a lost GPU) are passed over.
 */
record NvidiaSmiListing(Map<String, Gpu> gpus) {
    private static final Pattern GPU = Pattern.compile("GPU (\\d{1,4}): .*\\(UUID: (GPU-[^)\\s]+)\\)\\s*");
    private static final Pattern MIG =
            Pattern.compile("\\s+MIG (\\S+)\\s+Device\\s+(\\d{1,4}): \\(UUID: (MIG-[^)\\s]+)\\)\\s*");

    record Gpu(int index, List<Mig> migs) {
        Optional<Mig> mig(int number) {
            return migs.stream().filter(mig -> mig.number == number).findFirst();
        }
    }

    record Mig(int number, String profile, String uuid) {}

    static NvidiaSmiListing parse(String printed) {
        Map<String, Gpu> gpus = new LinkedHashMap<>();
        List<Mig> migsOfCurrent = new ArrayList<>();
        for (String line : printed.lines().toList()) {
            Matcher mig = MIG.matcher(line);
            if (mig.matches()) {
                migsOfCurrent.add(new Mig(Integer.parseInt(mig.group(2)), mig.group(1), mig.group(3)));
                continue;
            }
            // Also after a line that is not understood: the MIG devices below it are not the GPU's above it.
            migsOfCurrent = new ArrayList<>();
            Matcher gpu = GPU.matcher(line);
            if (gpu.matches()) {
                gpus.put(gpu.group(2), new Gpu(Integer.parseInt(gpu.group(1)), migsOfCurrent));
            }
        }
        return new NvidiaSmiListing(gpus);
    }

    Optional<Gpu> gpu(String uuid) {
        return Optional.ofNullable(gpus.get(uuid));
    }
}
