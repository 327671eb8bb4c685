package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.Excerpt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code networks}. A network of the file connects its services. A job has only one service, for which the engine's default network
 * is enough. An external network connects to other containers on the worker's host, so its name is passed on.
 */
final class Networks {

    private static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,199}";

    /** A service's options for a network. */
    private static final List<String> OF_A_SERVICE = List.of(
            "aliases",
            "driver_opts",
            "gw_priority",
            "interface_name",
            "ipv4_address",
            "ipv6_address",
            "link_local_ips",
            "mac_address",
            "priority");

    private final Map<String, ConfigValue> declared;
    private final List<String> external = new ArrayList<>();

    private Networks(Map<String, ConfigValue> declared) {
        this.declared = declared;
    }

    /**
     * The external network. Empty if the service has none.
     *
     * @param declared the networks of the file
     */
    static Optional<String> read(ConfigValue networks, Map<String, ConfigValue> declared) {
        Networks reader = new Networks(declared);
        if (networks.isMapping()) {
            networks.fields().forEach(network -> reader.join(network, network.name(), network));
        } else {
            networks.items().forEach(item -> item.text().ifPresent(name -> reader.join(item, name, null)));
        }
        if (reader.external.size() > 1) {
            networks.problem("joins more than one external network", "Keep only one");
        }
        return reader.external.stream().findFirst();
    }

    /** The default network of Compose, for a service that names no network. The file may configure it. */
    static Optional<String> readDefault(Map<String, ConfigValue> declared) {
        Networks reader = new Networks(declared);
        Optional.ofNullable(declared.get("default")).ifPresent(network -> reader.join(network, "default", null));
        return reader.external.stream().findFirst();
    }

    private void join(ConfigValue at, String name, @Nullable ConfigValue details) {
        ConfigValue network = declared.get(name);
        if (network == null && !name.equals("default")) {
            at.problem(
                    "the network %s is not declared in the file".formatted(Excerpt.quote(name)),
                    "Declare it under networks");
        } else if (network != null && isExternal(network)) {
            joinExternal(at, network, details);
        } else if (network != null || details != null && !details.isBlank()) {
            if (network != null) {
                checkOwn(network);
            }
            if (details != null && !details.isNull()) {
                details.allowOnly(OF_A_SERVICE);
            }
            at.notice("is not created: no other container of the file would use it");
        }
    }

    private static boolean isExternal(ConfigValue network) {
        return network.isMapping()
                && network.get("external")
                        .filter(external -> external.isMapping() || external.flag())
                        .isPresent();
    }

    private void joinExternal(ConfigValue at, ConfigValue network, @Nullable ConfigValue details) {
        network.allowOnly(List.of("external", "name"));
        if (details != null && !details.isNull()) {
            details.allowOnly(List.of());
        }
        Optional<ConfigValue> old = network.get("external").filter(ConfigValue::isMapping);
        String name = old.or(() -> Optional.of(network))
                .flatMap(field -> field.get("name"))
                .flatMap(field -> field.matching(NAME, "a network's name"))
                .orElse(network.name());
        at.notice("joins the network %s, which must exist on the worker's host".formatted(name));
        external.add(name);
    }

    /** Options that would make the network different from a bridge to the outside. */
    private static void checkOwn(ConfigValue network) {
        network.allowOnly(List.of(
                "attachable",
                "driver",
                "driver_opts",
                "enable_ipv4",
                "enable_ipv6",
                "external",
                "internal",
                "ipam",
                "labels",
                "name"));
        if (network.isMapping()) {
            network.get("driver")
                    .filter(driver -> !driver.isNull())
                    .ifPresent(driver -> driver.matching("bridge|default", "bridge, the only supported driver"));
            network.get("internal")
                    .filter(ConfigValue::flag)
                    .ifPresent(internal -> internal.problem(
                            "cannot be created by the worker",
                            "Write network_mode: none for a training without a network"));
        }
    }
}
