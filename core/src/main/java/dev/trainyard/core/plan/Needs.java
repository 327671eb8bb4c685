package dev.trainyard.core.plan;

import dev.trainyard.core.request.Request;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job needs from its host. It is read from the request once, at acceptance. Planning never reads requests.
 *
 * @param hostPorts for example {@code tcp/5000}
 * @param location the host path for the outputs. Null: the worker creates a folder
 * @param cpus the limit of the request. Null: an equal share of the host
 * @param memory the limit in bytes. Null: an equal share of the host
 * @param image the image that the host must have. Null if the image is built
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
                run.network().ports().stream()
                        .filter(RunSpec.PortMapping::isExact)
                        .map(port -> port.protocol() + "/" + port.host())
                        .distinct()
                        .toList(),
                run.storage().outputs().location(),
                run.resources().cpus(),
                run.resources().memory() == null
                        ? null
                        : run.resources().memory().bytes(),
                request.image() instanceof ImageSource.Reference named ? WantedImage.of(named) : null);
    }
}
