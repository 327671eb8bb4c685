package dev.trainyard.worker.device;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.text.DataSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The devices in the output of {@code nvidia-smi -q -x} and {@code nvidia-smi -L}. Every value is checked, because the schema
 * has changed with every driver generation, and texts can replace numbers.
 */
final class NvidiaSmiReport {
    private static final Pattern GPU_UUID = Pattern.compile("GPU-[A-Za-z0-9-]+");
    private static final Pattern MIG_UUID = Pattern.compile("MIG-[A-Za-z0-9/-]+");
    private static final Pattern MEMORY = Pattern.compile("([1-9]\\d{0,8}) Mi?B");
    private static final Pattern ERROR = Pattern.compile("\\[?(Unknown Error|ERR!)]?");
    private static final Pattern NO_NAME =
            Pattern.compile("\\[?(N/A|Not Supported|Insufficient Permissions|Unknown Error"
                    + "|ERR!|GPU is lost|GPU requires reset|Requested functionality has been deprecated)]?");

    private NvidiaSmiReport() {}

    static List<OfferedDevice> devices(List<SmiElement> gpus, NvidiaSmiListing listing, WorkerId workerId) {
        // A lost GPU can be missing from the report. Then positions differ from nvidia-smi's numbers.
        boolean numbered =
                gpus.stream().allMatch(gpu -> listing.gpu(gpu.text("uuid")).isPresent())
                        && listing.gpus().values().stream()
                                        .map(NvidiaSmiListing.Gpu::index)
                                        .distinct()
                                        .count()
                                == listing.gpus().size();
        List<Card> cards = new ArrayList<>();
        for (SmiElement gpu : gpus) {
            Optional<NvidiaSmiListing.Gpu> listed = listing.gpu(gpu.text("uuid"));
            int index = numbered ? listed.orElseThrow().index() : cards.size();
            cards.add(new Card(gpu, index, listed, trouble(gpu, listing), workerId + "/gpu-" + index));
        }

        int nextIndex = cards.stream().mapToInt(Card::index).max().orElse(-1) + 1;
        List<OfferedDevice> devices = new ArrayList<>();
        for (Card card : cards) {
            if (card.isSplit()) {
                List<SmiElement> migs = card.migs();
                for (int i = 0; i < migs.size(); i++) {
                    devices.add(card.part(migs.get(i), i, nextIndex++));
                }
            } else {
                devices.add(card.whole());
            }
        }
        return once(devices);
    }

    /** Problems of a GPU according to the listing. An empty listing is not evidence. */
    private static List<String> trouble(SmiElement gpu, NvidiaSmiListing listing) {
        Optional<String> words = listing.troubleAt(gpu.attribute("id"));
        if (words.isPresent()) {
            return List.of("nvidia-smi -L says: " + words.get());
        }
        String uuid = gpu.text("uuid");
        if (listing.gpus().isEmpty() && listing.unreachable().isEmpty()
                || listing.gpu(uuid).isPresent()
                || !GPU_UUID.matcher(uuid).matches()) {
            return List.of();
        }
        List<String> others = listing.troubleWithoutAddress();
        return List.of("nvidia-smi -L does not list it" + (others.isEmpty() ? "" : ", and says: " + others.getFirst()));
    }

    /** Two devices with the same UUID are unhealthy, because it is undefined which of them a container would get. */
    private static List<OfferedDevice> once(List<OfferedDevice> devices) {
        Map<String, List<OfferedDevice>> byKey = devices.stream()
                .collect(Collectors.groupingBy(OfferedDevice::key, LinkedHashMap::new, Collectors.toList()));
        return byKey.values().stream()
                .map(same -> same.size() == 1
                        ? same.getFirst()
                        : same.getFirst().withProblem("nvidia-smi reports its UUID %d times".formatted(same.size())))
                .toList();
    }

    /** @param substitute key if the UUID cannot be read, so that the broken card is at least listed */
    private record Card(
            SmiElement gpu, int index, Optional<NvidiaSmiListing.Gpu> listed, List<String> trouble, String substitute) {

        boolean isSplit() {
            return gpu.text("mig_mode/current_mig").equalsIgnoreCase("Enabled");
        }

        List<SmiElement> migs() {
            return gpu.children("mig_devices").stream()
                    .flatMap(all -> all.children("mig_device").stream())
                    .toList();
        }

        OfferedDevice whole() {
            List<String> problems = new ArrayList<>(GpuHealth.problems(gpu));
            problems.addAll(trouble);
            String key = gpu.text("uuid");
            if (!GPU_UUID.matcher(key).matches()) {
                key = substitute;
                problems.add("the driver does not report its UUID (PCI " + gpu.attribute("id") + ")");
            }
            return device(key, index, Kind.GPU, product(), gpu, problems);
        }

        OfferedDevice part(SmiElement mig, int position, int itsIndex) {
            List<String> problems = new ArrayList<>(GpuHealth.problemsOfMig(gpu, mig));
            problems.addAll(trouble);
            String written = mig.text("index");
            int number = written.matches("\\d{1,4}") ? Integer.parseInt(written) : position;
            Optional<NvidiaSmiListing.Mig> listedMig = listed.flatMap(card -> card.mig(number));
            String profile = listedMig.map(NvidiaSmiListing.Mig::profile).orElse("");
            String key = listedMig.map(NvidiaSmiListing.Mig::uuid).orElseGet(() -> mig.text("uuid"));
            if (!MIG_UUID.matcher(key).matches()) {
                key = substitute + "/mig-" + number;
                if (trouble.isEmpty()) {
                    problems.add("nvidia-smi -L does not list it");
                }
            }
            return device(key, itsIndex, Kind.MIG, (product() + " MIG " + profile).strip(), mig, problems);
        }

        private String product() {
            String name = gpu.text("product_name");
            return NO_NAME.matcher(name).matches() ? "" : name;
        }

        private static OfferedDevice device(
                String key, int index, Kind kind, String type, SmiElement at, List<String> problems) {
            String memory = at.text("fb_memory_usage/total");
            if (ERROR.matcher(memory).matches()) {
                problems.add("its memory cannot be read: " + memory);
            }
            return new OfferedDevice(
                    key, index, kind, type, size(memory), problems.isEmpty() ? null : String.join("; ", problems));
        }

        private static @Nullable DataSize size(String memory) {
            Matcher size = MEMORY.matcher(memory);
            return size.matches() ? new DataSize(Long.parseLong(size.group(1)) << 20) : null;
        }
    }
}
