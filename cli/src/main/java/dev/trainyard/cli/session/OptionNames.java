package dev.trainyard.cli.session;

import java.util.List;
import java.util.Map;

/** The option for each field of a request. Messages name the option, because the person has not written a request. */
public final class OptionNames {

    private static final List<Map.Entry<String, String>> BY_PATH = List.of(
            Map.entry("$.priority", "--priority"),
            Map.entry("$.name", "--name"),
            Map.entry("$.team", "--team"),
            Map.entry("$.labels", "--label"),
            Map.entry("$.timeLimit", "--time-limit"),
            Map.entry("$.gracePeriod", "--grace-period"),
            Map.entry("$.notBefore", "--not-before"),
            Map.entry("$.retry.maxAttempts", "--max-attempts"),
            Map.entry("$.retry.backoff", "--backoff"));

    private OptionNames() {}

    /** Replaces paths in the request by names of options. */
    public static String in(String message) {
        String named = message;
        for (Map.Entry<String, String> each : BY_PATH) {
            named = named.replace(each.getKey() + ":", each.getValue() + ":");
        }
        return named;
    }
}
