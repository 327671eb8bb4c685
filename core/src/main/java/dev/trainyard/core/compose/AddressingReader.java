package dev.trainyard.core.compose;

import dev.trainyard.core.request.RunSpec.Addressing;
import java.util.List;
import java.util.Optional;

/** Reads what a container is called in its network. A compose file and a run line say it in the same words under other names. */
final class AddressingReader {

    private AddressingReader() {}

    static Addressing read(List<Field> search, List<Field> options, Optional<Field> domain, Optional<Field> mac) {
        return new Addressing(
                search.stream().flatMap(field -> field.searchDomain().stream()).toList(),
                options.stream()
                        .flatMap(field -> field.resolverOption().stream())
                        .toList(),
                domain.flatMap(Field::hostName).orElse(null),
                mac.flatMap(Field::macAddress).orElse(null));
    }
}
