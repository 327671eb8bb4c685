package dev.trainyard.core.plan;

import dev.trainyard.core.request.Request;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job needs of the host that runs it. It is read from the request once, when the request is accepted; planning never reads requests.
 *
 * @param hostPorts {@code tcp/5000}
 * @param location host path that it wants to write its outputs to; null: a folder of its own
 * @param cpus limit of the request; null: an even share of the host
 * @param memory likewise, in bytes
 * @param image that its host has to have; null: none, it is built
 */
public record Needs(
        Gpus gpus,
        List<String> hostPorts,
        @Nullable String location,
        @Nullable BigDecimal cpus,
        @Nullable Long memory,
        @Nullable WantedImage image) {

    public static Needs of(Request.Submit request) {
        RunSpec run = request.run();
        return new Needs(
                request.gpus(),
                run.ports().stream()
                        .filter(RunSpec.PortMapping::isExact)
                        .map(port -> port.protocol() + "/" + port.host())
                        .distinct()
                        .toList(),
                run.outputs().location(),
                run.cpus(),
                run.memory() == null ? null : run.memory().bytes(),
                request.image() instanceof ImageSource.Reference named ? WantedImage.of(named) : null);
    }
}
