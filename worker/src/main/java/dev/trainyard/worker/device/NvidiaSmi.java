package dev.trainyard.worker.device;

import dev.trainyard.core.lifecycle.WorkerId;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Queries NVIDIA's driver through {@code nvidia-smi}, one query at a time. */
final class NvidiaSmi implements DeviceProvider {
    private final BoundedCommand command;
    private final WorkerId workerId;
    private volatile List<OfferedDevice> seen = List.of();

    /** @param searchPath folders in the form of {@code PATH} */
    NvidiaSmi(WorkerId workerId, String searchPath) {
        this(executable(searchPath), Duration.ofSeconds(10), workerId);
    }

    /** If nvidia-smi is not found, the query reports that. */
    private static Path executable(String searchPath) {
        Path name = Path.of("nvidia-smi");
        return Arrays.stream(searchPath.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(name);
    }

    private List<OfferedDevice> look() throws DeviceProblem {
        BoundedCommand.Output report = command.run("-q", "-x");
        // The exit code alone is not reliable: with a corrupt infoROM it is 14, although the report is complete.
        Optional<SmiElement> log = SmiElement.log(report.stdout());
        List<String> unreachable = NvidiaSmiListing.parse(report.said()).unreachable();
        if (log.isEmpty() && unreachable.isEmpty()) {
            throw new DeviceProblem(report.inShort());
        }
        BoundedCommand.Output list = command.run("-L");
        NvidiaSmiListing listing = NvidiaSmiListing.parse(list.said());
        List<SmiElement> gpus = log.isPresent() ? log.get().children("gpu") : oneByOne(listing);
        if (listing.gpus().isEmpty() && gpus.isEmpty() && log.isEmpty()) {
            return allUnreachable(report, unreachable.getFirst());
        }
        // Without the listing MIG devices would lose their UUIDs, and with them their reservations.
        if (listing.gpus().isEmpty() && !gpus.isEmpty() && listing.unreachable().isEmpty()) {
            throw new DeviceProblem(list.inShort());
        }
        return NvidiaSmiReport.devices(gpus, listing, workerId);
    }

    /** If one GPU cannot be reached, nvidia-smi may fail to report all of them. Queries each GPU, because the others may work. */
    private List<SmiElement> oneByOne(NvidiaSmiListing listing) throws DeviceProblem {
        List<SmiElement> gpus = new ArrayList<>();
        for (String uuid : listing.gpus().keySet()) {
            BoundedCommand.Output report = command.run("-q", "-x", "-i", uuid);
            gpus.addAll(SmiElement.log(report.stdout())
                    .orElseThrow(() -> new DeviceProblem(report.inShort()))
                    .children("gpu"));
        }
        return gpus;
    }

    /** Marks all devices of the previous query as unhealthy. */
    private List<OfferedDevice> allUnreachable(BoundedCommand.Output report, String words) throws DeviceProblem {
        if (seen.isEmpty()) {
            throw new DeviceProblem(report.inShort());
        }
        String problem = "nvidia-smi says: " + words;
        return seen.stream()
                .map(device -> String.valueOf(device.unhealthyBecause()).contains(problem)
                        ? device
                        : device.withProblem(problem))
                .toList();
    }

    /** @param limit time limit for each call of nvidia-smi */
    NvidiaSmi(Path executable, Duration limit, WorkerId workerId) {
        this.command = new BoundedCommand(executable, limit);
        this.workerId = workerId;
    }

    @Override
    public List<OfferedDevice> devices() throws DeviceProblem {
        try {
            seen = look();
            return seen;
        } catch (DeviceProblem e) {
            throw new DeviceProblem(
                    "The NVIDIA devices of this host cannot be determined. " + e.getMessage()
                            + " Check that nvidia-smi works on this host, or start the worker with --devices none,"
                            + " slots:N or file:PATH.",
                    e);
        }
    }
}
