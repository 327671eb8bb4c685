package dev.trainyard.core.compose;

import java.util.List;
import java.util.Optional;

/** Reads {@code deploy}, but for its devices: limits; the rest concerns a swarm. */
final class Deploy {

    private final Optional<Field> limits;

    Deploy(Field deploy) {
        deploy.allowOnly(List.of(
                "resources",
                "replicas",
                "mode",
                "restart_policy",
                "labels",
                "endpoint_mode",
                "update_config",
                "rollback_config"));
        for (String swarm : List.of("restart_policy", "labels", "endpoint_mode", "update_config", "rollback_config")) {
            deploy.get(swarm).ifPresent(field -> field.notice("means nothing here: there is no swarm"));
        }
        deploy.get("replicas").ifPresent(field -> field.matching("1", "1: a job runs once"));
        deploy.get("mode").ifPresent(field -> field.matching("replicated", "replicated: a job runs once"));
        Optional<Field> resources = deploy.get("resources");
        resources.ifPresent(field -> field.allowOnly(List.of("limits", "reservations")));
        limits = resources.flatMap(field -> field.get("limits"));
        limits.ifPresent(field -> field.allowOnly(List.of("cpus", "memory", "pids")));
        resources.flatMap(field -> field.get("reservations")).ifPresent(field -> {
            field.allowOnly(List.of("cpus", "memory", "devices"));
            for (String soft : List.of("cpus", "memory")) {
                field.get(soft)
                        .ifPresent(each -> each.notice("is no limit, and is not passed on; write it under limits"));
            }
        });
    }

    Optional<Field> cpus() {
        return limits.flatMap(field -> field.get("cpus"));
    }

    Optional<Field> pids() {
        return limits.flatMap(field -> field.get("pids"));
    }

    Optional<Field> memory() {
        return limits.flatMap(field -> field.get("memory"));
    }
}
