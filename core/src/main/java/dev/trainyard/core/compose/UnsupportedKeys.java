package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.training.Setting;
import dev.trainyard.core.training.SharedWords;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The service keys that a training cannot have, and why. Keys without an effect are accepted with a notice. Others are refused. */
final class UnsupportedKeys {

    static final Map<String, String> ACCEPTED = Map.ofEntries(
            Map.entry("restart", "has no effect on a training that ends. To retry it, use submit --max-attempts"),
            Map.entry("depends_on", "has no effect: other services of the file are not started"),
            Map.entry("healthcheck", SharedWords.HEALTH),
            Map.entry(
                    "profiles",
                    "has no effect on the service that trains. It only helps to choose the service: one with an active profile or without a profile"),
            Map.entry("logging", SharedWords.LOG),
            Map.entry("annotations", SharedWords.ANNOTATIONS),
            Map.entry("cpu_count", SharedWords.WINDOWS),
            Map.entry("cpu_percent", SharedWords.WINDOWS),
            Map.entry("mem_swappiness", SharedWords.SWAPPINESS),
            Map.entry("develop", "has no effect: Trainyard does not watch files"),
            Map.entry("attach", "has no effect: submit follows the log unless -d is given"));

    /** Why a key is refused, and what to do. */
    record Refusal(String why, String remedy) {}

    private static final Refusal INEXPRESSIBLE =
            new Refusal("cannot be passed on to the worker in this release", "Leave it out");

    private static final Map<String, Refusal> OF_COMPOSE = Map.ofEntries(
            Map.entry(
                    "volumes_from",
                    new Refusal("refers to another service, which is not started", "List the volumes here")),
            Map.entry("links", new Refusal("refers to another service, which is not started", "Leave it out")),
            Map.entry(
                    "external_links",
                    new Refusal("refers to another container, which the worker's host may not have", "Leave it out")),
            Map.entry(
                    "secrets",
                    new Refusal("cannot be passed on in this release", "Mount a file of the worker's host read-only")),
            Map.entry(
                    "configs",
                    new Refusal("cannot be passed on in this release", "Put the file into the image, or mount it")),
            Map.entry("blkio_config", INEXPRESSIBLE),
            Map.entry("credential_spec", new Refusal("is for Windows, and trainings run on Linux", "Leave it out")),
            Map.entry("cpu_rt_period", new Refusal("cannot be passed on", "Write cpus")),
            Map.entry("cpu_rt_runtime", new Refusal("cannot be passed on", "Write cpus")),
            Map.entry("models", INEXPRESSIBLE),
            Map.entry("post_start", INEXPRESSIBLE),
            Map.entry("pre_stop", INEXPRESSIBLE),
            Map.entry("provider", INEXPRESSIBLE));

    static final Map<String, Refusal> REFUSED = Stream.concat(
                    OF_COMPOSE.entrySet().stream(),
                    Setting.REFUSED.stream()
                            .map(both -> Map.entry(both.key(), new Refusal(both.why(), both.keyRemedy()))))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private UnsupportedKeys() {}

    /** Reports a key that is not supported. */
    static void report(ConfigValue field, Collection<String> supported) {
        String name = field.name();
        boolean harmless = field.saysNothing();
        if (ACCEPTED.containsKey(name)) {
            field.notice(ACCEPTED.get(name));
        } else if (REFUSED.containsKey(name)) {
            if (!harmless) {
                field.problem(REFUSED.get(name).why, REFUSED.get(name).remedy);
            }
        } else if (!name.startsWith("x-")) {
            field.problem("is not a service key that Compose knows", nearest(field, supported));
        }
    }

    private static String nearest(ConfigValue field, Collection<String> supported) {
        List<String> known = Stream.of(supported, ACCEPTED.keySet(), REFUSED.keySet())
                .flatMap(Collection::stream)
                .toList();
        return NearestName.among(known, field.name())
                .map("Did you mean '%s'?"::formatted)
                .orElse("Leave it out, or start your own key with x-");
    }
}
