package dev.trainyard.core.compose;

import dev.trainyard.core.request.RunSpec.Addressing;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads what a container is called in its network. A compose file and a run line say it in the same words under other names. */
final class AddressingReader {

    private AddressingReader() {}

    static Addressing ofFlags(RunFlags flags) {
        return read(
                flags.all("dns-search"), flags.all("dns-option"), flags.said("domainname"), flags.said("mac-address"));
    }

    /** @param present a key of the service, unless nothing stands after it */
    static Addressing ofService(Function<String, Optional<Field>> present) {
        return read(
                present.apply("dns_search").map(Field::oneOrMore).orElse(List.of()),
                present.apply("dns_opt").map(Field::oneOrMore).orElse(List.of()),
                present.apply("domainname")
                        .filter(field -> !field.text().orElse("").isEmpty()),
                present.apply("mac_address")
                        .filter(field -> !field.text().orElse("").isEmpty()));
    }

    private static Addressing read(
            List<Field> search, List<Field> options, Optional<Field> domain, Optional<Field> mac) {
        return new Addressing(
                search.stream().flatMap(field -> field.searchDomain().stream()).toList(),
                options.stream()
                        .flatMap(field -> field.resolverOption().stream())
                        .toList(),
                domain.flatMap(Field::hostName).orElse(null),
                mac.flatMap(Field::macAddress).orElse(null));
    }
}
