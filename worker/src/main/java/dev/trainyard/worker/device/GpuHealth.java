package dev.trainyard.worker.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides from a GPU's report whether the GPU can get work. An unknown value ({@code N/A}, missing, no permission) is never a
 * problem. Nor is anything that can wait for the next reset while work runs safely: pending row remapping, pending channel repair,
 * errors of earlier boots.
 *
 * <p>Source: NVIDIA, "GPU Memory Error Management", error recovery and response flags.
 */
final class GpuHealth {

    /** Texts that replace any value when the GPU no longer works. */
    private static final Set<String> NO_LONGER_WORKS =
            Set.of("GPU requires reset", "GPU is lost", "GPU access blocked by the operating system");

    private static final Pattern RECOVERY = Pattern.compile("(?i).*(reset|reboot|drain|recover).*");

    private static final List<String> UNCORRECTABLE = List.of(
            "sram_uncorrectable",
            "sram_uncorrectable_parity",
            "sram_uncorrectable_secded",
            "dram_uncorrectable",
            "double_bit/total");

    private GpuHealth() {}

    static List<String> problems(SmiElement gpu) {
        List<String> problems = new ArrayList<>();
        gpu.values()
                .map(GpuHealth::withoutBrackets)
                .filter(NO_LONGER_WORKS::contains)
                .distinct()
                .forEach(problems::add);
        if (yes(gpu, "gpu_reset_status/reset_required")) {
            problems.add("reset required");
        }
        if (yes(gpu, "gpu_reset_status/drain_and_reset_recommended")) {
            problems.add("drain and reset recommended");
        }
        String recovery = gpu.text("gpu_recovery_action");
        if (RECOVERY.matcher(recovery).matches()) {
            problems.add("recovery action: " + recovery);
        }
        if (yes(gpu, "remapped_rows/remapped_row_failure")) {
            problems.add("row remapping failed");
        }
        if (yes(gpu, "retired_pages/pending_retirement") || yes(gpu, "retired_pages/pending_blacklist")) {
            problems.add("memory pages wait for a reset to be retired");
        }
        if (yes(gpu, "ecc_errors/unrepairable_memory")) {
            problems.add("unrepairable memory");
        }
        long errors = UNCORRECTABLE.stream()
                .mapToLong(name -> gpu.count("ecc_errors/volatile/" + name))
                .sum();
        // A driver with the field "recovery action" has evaluated these errors itself: contained errors need no action.
        if (errors > 0 && !recovery.equalsIgnoreCase("None")) {
            problems.add(errors + " uncorrectable memory errors since the driver was loaded");
        }
        return problems;
    }

    /** For a MIG device: every problem of the GPU is also a problem of its parts. */
    static List<String> problemsOfMig(SmiElement gpu, SmiElement mig) {
        List<String> problems = new ArrayList<>(problems(gpu));
        long errors = mig.count("ecc_error_count/volatile_count/sram_uncorrectable");
        if (errors > 0) {
            problems.add(errors + " uncorrectable SRAM errors in this MIG device since the driver was loaded");
        }
        return problems;
    }

    private static boolean yes(SmiElement gpu, String path) {
        return gpu.text(path).equalsIgnoreCase("Yes");
    }

    private static String withoutBrackets(String value) {
        return value.startsWith("[") && value.endsWith("]") ? value.substring(1, value.length() - 1) : value;
    }
}
