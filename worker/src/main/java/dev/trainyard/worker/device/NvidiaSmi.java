package dev.trainyard.worker.device;

import dev.trainyard.core.lifecycle.WorkerId;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Asks NVIDIA's driver through {@code nvidia-smi}, one look at a time. */
final class NvidiaSmi implements DeviceProvider {
    private final BoundedCommand command;
    private final WorkerId workerId;

    /** @param searchPath folders as {@code PATH} has them */
    NvidiaSmi(WorkerId workerId, String searchPath) {
        this(executable(searchPath), Duration.ofSeconds(10), workerId);
    }

    /** Where it is nowhere, the look says so. */
    private static Path executable(String searchPath) {
        Path name = Path.of("nvidia-smi");
        return Arrays.stream(searchPath.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(name);
    }

    /** @param limit how long each of the two calls of a look may take */
    NvidiaSmi(Path executable, Duration limit, WorkerId workerId) {
        this.command = new BoundedCommand(executable, limit);
        this.workerId = workerId;
    }

    @Override
    public List<OfferedDevice> devices() throws DeviceProblem {
        try {
            BoundedCommand.Output report = command.run("-q", "-x");
            // The exit code alone says little: with a corrupt infoROM it is 14 beside a complete report.
            SmiElement log = SmiElement.log(report.stdout()).orElseThrow(() -> new DeviceProblem(report.inShort()));
            BoundedCommand.Output list = command.run("-L");
            NvidiaSmiListing listing = NvidiaSmiListing.parse(list.stdout() + "\n" + list.stderr());
            // Without it MIG devices would lose their names, and with them what they hold.
            if (listing.gpus().isEmpty() && !log.children("gpu").isEmpty()) {
                throw new DeviceProblem(list.inShort());
            }
            return NvidiaSmiReport.devices(log, listing, workerId);
        } catch (DeviceProblem e) {
            throw new DeviceProblem(
                    "The NVIDIA devices of this host cannot be told. " + e.getMessage()
                            + " Check that nvidia-smi works on this host, or start the worker with --devices none,"
                            + " slots:N or file:PATH.",
                    e);
        }
    }
}
