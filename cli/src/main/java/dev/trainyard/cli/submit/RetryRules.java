package dev.trainyard.cli.submit;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Retry;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.lifecycle.RetryPolicy.Action;
import dev.trainyard.core.text.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Retry rules from {@code --retry-on} and {@code --fail-on}. Rules for exit codes come first because they are more specific than causes. */
final class RetryRules {

    private static final int HIGHEST_CODE = 255;

    private RetryRules() {}

    /** @throws Failure if a value is neither an exit code nor a cause, or if rules may not contain it */
    static List<RetryPolicy.Rule> of(List<String> retryOn, List<String> failOn) {
        Map<Integer, Action> codes = new TreeMap<>();
        Map<Cause, Action> causes = new TreeMap<>();
        split(retryOn).forEach(value -> add(value, Action.RETRY, codes, causes));
        split(failOn).forEach(value -> add(value, Action.FAIL, codes, causes));
        List<RetryPolicy.Rule> rules = new ArrayList<>();
        for (Action action : Action.values()) {
            List<Integer> of = keys(codes, action);
            if (!of.isEmpty()) {
                rules.add(new RetryPolicy.OnExitCode(of, action));
            }
        }
        for (Action action : Action.values()) {
            List<Cause> of = keys(causes, action);
            if (!of.isEmpty()) {
                rules.add(new RetryPolicy.OnCause(of, action));
            }
        }
        return rules;
    }

    private static <T> List<T> keys(Map<T, Action> actions, Action action) {
        return actions.entrySet().stream()
                .filter(entry -> entry.getValue() == action)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Keeps empty values, so that they are refused. Ignoring one would drop a rule silently. */
    private static Stream<String> split(List<String> given) {
        return given.stream().flatMap(values -> Stream.of(values.split(",", -1)));
    }

    private static void add(String given, Action action, Map<Integer, Action> codes, Map<Cause, Action> causes) {
        String value = given.strip();
        Action other = value.matches("\\d{1,9}")
                ? codes.put(code(value, action), action)
                : causes.put(cause(value, action), action);
        if (other != null && other != action) {
            throw new Failure(
                    ExitCode.INVALID, "%s is in both --retry-on and --fail-on. Remove it from one.".formatted(value));
        }
    }

    private static int code(String value, Action action) {
        int code = Integer.parseInt(value);
        if (code < 1 || code > HIGHEST_CODE) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s: %s is not the exit code of a failed program. Write a number from 1 to %d."
                            .formatted(option(action), value, HIGHEST_CODE));
        }
        return code;
    }

    private static Cause cause(String value, Action action) {
        String name = value.toUpperCase(Locale.ROOT).replace('-', '_');
        if (name.equals(Cause.GPU_OUT_OF_MEMORY.name())) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s: attempts no longer end with the cause %s. A program that runs out of GPU memory exits by itself. Use PROGRAM_ERROR, or its exit code."
                            .formatted(option(action), name));
        }
        List<String> open = Stream.of(Cause.values())
                .filter(cause -> Retry.overridable(cause) && cause != Cause.GPU_OUT_OF_MEMORY)
                .map(Cause::name)
                .toList();
        if (open.contains(name)) {
            return Cause.valueOf(name);
        }
        boolean known = Stream.of(Cause.values()).anyMatch(cause -> cause.name().equals(name));
        String what = known
                ? "rules cannot contain the cause %s; docs/lifecycle.md says what Trainyard does after it"
                        .formatted(name)
                : "'%s' is neither an exit code nor a cause".formatted(value);
        String meant = known
                ? ""
                : NearestName.among(open, value)
                        .map(". Did you mean %s?"::formatted)
                        .orElse("");
        throw new Failure(
                ExitCode.INVALID,
                "%s: %s%s Allowed causes: %s."
                        .formatted(option(action), what, meant.isEmpty() ? "." : meant, String.join(", ", open)));
    }

    private static String option(Action action) {
        return action == Action.RETRY ? "--retry-on" : "--fail-on";
    }
}
