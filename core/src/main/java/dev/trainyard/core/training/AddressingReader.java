package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.training.RunSpec.Addressing;
import java.util.List;
import java.util.Optional;

/** Reads what a container is called in its network. A compose file and a run line say it in the same words under other names. */
public final class AddressingReader {

    private AddressingReader() {}

    public static Addressing read(
            List<ConfigValue> search,
            List<ConfigValue> options,
            Optional<ConfigValue> domain,
            Optional<ConfigValue> mac) {
        return new Addressing(
                search.stream().flatMap(field -> field.searchDomain().stream()).toList(),
                options.stream()
                        .flatMap(field -> field.resolverOption().stream())
                        .toList(),
                domain.flatMap(ConfigValue::hostName).orElse(null),
                mac.flatMap(ConfigValue::macAddress).orElse(null));
    }
}
