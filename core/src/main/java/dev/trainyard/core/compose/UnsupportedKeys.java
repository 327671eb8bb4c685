package dev.trainyard.core.compose;

import dev.trainyard.core.request.NearestName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The service keys that a training cannot have, and why: what means nothing to it is accepted with a notice, the rest refused. */
final class UnsupportedKeys {

    static final Map<String, String> ACCEPTED = Map.ofEntries(
            Map.entry(
                    "restart",
                    "means nothing to a training that ends; submit --max-attempts says how often it is tried"),
            Map.entry("depends_on", "means nothing here: other services of the file are not started"),
            Map.entry("healthcheck", "means nothing here: a training is well while it runs"),
            Map.entry(
                    "profiles",
                    "means nothing to the service that trains; between several that could, one with an active profile or none is taken"),
            Map.entry("expose", "means nothing here: other services of the file are not started"),
            Map.entry("logging", "means nothing here: the worker keeps the complete log"),
            Map.entry("pull_policy", "means nothing here: the worker pulls what it does not have"),
            Map.entry("mem_reservation", "is no limit, and is not passed on; mem_limit is"),
            Map.entry("develop", "means nothing here: nothing is watched"),
            Map.entry("attach", "means nothing here: submit follows the log unless -d is given"));

    /** What was found, and what to do. */
    private record Refusal(String why, String remedy) {}

    private static final String POLICY = "is forbidden: a training must not take over its host";

    private static final Refusal INEXPRESSIBLE =
            new Refusal("cannot be passed on to the worker in this release", "Leave it out");

    private static final Map<String, Refusal> REFUSED = Map.ofEntries(
            Map.entry(
                    "device_cgroup_rules",
                    new Refusal(POLICY, "Reserve GPUs with gpus or deploy.resources.reservations.devices")),
            Map.entry("uts", new Refusal(POLICY, "Leave it out")),
            Map.entry("cgroup", new Refusal(POLICY, "Leave it out")),
            Map.entry("cgroup_parent", new Refusal(POLICY, "Leave it out")),
            Map.entry(
                    "volumes_from",
                    new Refusal("needs another service, which is not started", "List the volumes here")),
            Map.entry("links", new Refusal("needs another service, which is not started", "Leave it out")),
            Map.entry(
                    "external_links",
                    new Refusal("needs another container, which the worker's host may not have", "Leave it out")),
            Map.entry(
                    "secrets",
                    new Refusal("cannot be passed on in this release", "Mount a file of the worker's host read-only")),
            Map.entry(
                    "configs",
                    new Refusal("cannot be passed on in this release", "Put the file into the image, or mount it")),
            Map.entry("cpuset", new Refusal("names CPUs of one host, which the job may not get", "Write cpus")),
            Map.entry("cpu_quota", new Refusal("cannot be passed on", "Write cpus")),
            Map.entry("cpu_period", new Refusal("cannot be passed on", "Write cpus")),
            Map.entry("cpu_shares", new Refusal("cannot be passed on", "Write cpus")),
            Map.entry("cpu_count", new Refusal("cannot be passed on", "Write cpus")),
            Map.entry("cpu_percent", new Refusal("cannot be passed on", "Write cpus")),
            Map.entry("annotations", INEXPRESSIBLE),
            Map.entry("blkio_config", INEXPRESSIBLE),
            Map.entry("credential_spec", INEXPRESSIBLE),
            Map.entry("cpu_rt_period", INEXPRESSIBLE),
            Map.entry("cpu_rt_runtime", INEXPRESSIBLE),
            Map.entry("dns_opt", INEXPRESSIBLE),
            Map.entry("dns_search", INEXPRESSIBLE),
            Map.entry("domainname", INEXPRESSIBLE),
            Map.entry("isolation", INEXPRESSIBLE),
            Map.entry("label_file", INEXPRESSIBLE),
            Map.entry("mac_address", INEXPRESSIBLE),
            Map.entry("mem_swappiness", INEXPRESSIBLE),
            Map.entry("memswap_limit", INEXPRESSIBLE),
            Map.entry("models", INEXPRESSIBLE),
            Map.entry("oom_kill_disable", INEXPRESSIBLE),
            Map.entry("oom_score_adj", INEXPRESSIBLE),
            Map.entry("post_start", INEXPRESSIBLE),
            Map.entry("pre_stop", INEXPRESSIBLE),
            Map.entry("provider", INEXPRESSIBLE),
            Map.entry("storage_opt", INEXPRESSIBLE),
            Map.entry("sysctls", INEXPRESSIBLE),
            Map.entry("use_api_socket", INEXPRESSIBLE));

    private UnsupportedKeys() {}

    static Collection<String> refused() {
        return REFUSED.keySet();
    }

    /** Says what becomes of a key that is not among the supported ones. */
    static void report(Field field, Collection<String> supported) {
        String name = field.name();
        boolean harmless = field.isNull();
        if (ACCEPTED.containsKey(name)) {
            field.notice(ACCEPTED.get(name));
        } else if (REFUSED.containsKey(name)) {
            if (!harmless) {
                field.problem(REFUSED.get(name).why, REFUSED.get(name).remedy);
            }
        } else if (!name.startsWith("x-")) {
            field.problem("is no key of a service that Compose knows", nearest(field, supported));
        }
    }

    private static String nearest(Field field, Collection<String> supported) {
        List<String> known = Stream.of(supported, ACCEPTED.keySet(), REFUSED.keySet())
                .flatMap(Collection::stream)
                .toList();
        return NearestName.among(known, field.name())
                .map("Did you mean '%s'?"::formatted)
                .orElse("Leave it out, or begin a key of your own with x-");
    }
}
