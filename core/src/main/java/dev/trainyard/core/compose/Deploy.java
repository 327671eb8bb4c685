package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the limits and the reserved memory of {@code deploy}. Its devices are read elsewhere, and the rest concerns a swarm. */
final class Deploy {

    /** Keys that have no effect without a swarm. */
    private static final List<String> SWARM =
            List.of("restart_policy", "labels", "endpoint_mode", "placement", "update_config", "rollback_config");

    private final Optional<ConfigValue> limits;
    private final Optional<ConfigValue> reservations;

    Deploy(ConfigValue deploy) {
        deploy.allowOnly(Stream.concat(Stream.of("resources", "replicas", "mode"), SWARM.stream())
                .toList());
        for (String swarm : SWARM) {
            deploy.get(swarm).ifPresent(field -> field.notice("has no effect without a swarm"));
        }
        deploy.get("replicas").ifPresent(Deploy::once);
        deploy.get("mode")
                .flatMap(field -> field.matching("(replicated|global)(-job)?", "replicated: a job runs once"))
                .filter(mode -> !mode.equals("replicated"))
                .flatMap(_ -> deploy.get("mode"))
                .ifPresent(field -> field.notice("has no effect: a job runs once, and without a swarm"));
        Optional<ConfigValue> resources = deploy.get("resources");
        resources.ifPresent(field -> field.allowOnly(List.of("limits", "reservations")));
        limits = resources.flatMap(field -> field.get("limits"));
        limits.ifPresent(field -> field.allowOnly(List.of("cpus", "memory", "pids")));
        reservations = resources.flatMap(field -> field.get("reservations"));
        reservations.ifPresent(field -> {
            field.allowOnly(List.of("cpus", "memory", "devices", "generic_resources"));
            field.get("cpus")
                    .ifPresent(each -> each.notice("is not a limit, and is not passed on. Write it under limits"));
            field.get("generic_resources").ifPresent(each -> each.notice("has no effect without a swarm"));
        });
    }

    /** Also accepts {@code 0x1} and {@code 1.0}. */
    static void once(ConfigValue copies) {
        copies.value().ifPresent(number -> copies.withText(number).matching("1", "1: a job runs once"));
    }

    Optional<ConfigValue> memoryReservation() {
        return reservations.flatMap(field -> field.get("memory"));
    }

    Optional<ConfigValue> cpus() {
        return limits.flatMap(field -> field.get("cpus"));
    }

    Optional<ConfigValue> pids() {
        return limits.flatMap(field -> field.get("pids"));
    }

    Optional<ConfigValue> memory() {
        return limits.flatMap(field -> field.get("memory"));
    }
}
