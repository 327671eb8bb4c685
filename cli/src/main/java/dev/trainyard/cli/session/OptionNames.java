package dev.trainyard.cli.session;

import java.util.List;
import java.util.Map;

/** The fields of a request by the options that set them, for messages to those who wrote options and no request. */
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

    /** A message with the names of options in place of their paths in the request. */
    public static String in(String message) {
        String named = message;
        for (Map.Entry<String, String> each : BY_PATH) {
            named = named.replace(each.getKey() + ":", each.getValue() + ":");
        }
        return named;
    }
}
