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

/** The rules that {@code --retry-on} and {@code --fail-on} make. Those of exit codes come first: they say more than a cause. */
final class RetryRules {

    private static final int HIGHEST_CODE = 255;

    private RetryRules() {}

    /** @throws Failure if a value is no exit code and no cause, or no rule may say it */
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

    /** Also the empty ones, which are refused: a rule that is silently none would let the job do something else. */
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
                    ExitCode.INVALID,
                    "%s stands in --retry-on and in --fail-on. Leave it out of one.".formatted(value));
        }
    }

    private static int code(String value, Action action) {
        int code = Integer.parseInt(value);
        if (code < 1 || code > HIGHEST_CODE) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s: %s is not the exit code of a program that failed: 1 to %d."
                            .formatted(option(action), value, HIGHEST_CODE));
        }
        return code;
    }

    private static Cause cause(String value, Action action) {
        String name = value.toUpperCase(Locale.ROOT).replace('-', '_');
        if (name.equals(Cause.GPU_OUT_OF_MEMORY.name())) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s: no attempt ends with the cause %s any more. A program that lacks memory of the GPU ends by itself: name PROGRAM_ERROR, or its exit code."
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
                ? "no rule can name the cause %s; docs/lifecycle.md says what Trainyard does after it".formatted(name)
                : "'%s' is neither an exit code nor a cause".formatted(value);
        String meant = known
                ? ""
                : NearestName.among(open, value)
                        .map(". Did you mean %s?"::formatted)
                        .orElse("");
        throw new Failure(
                ExitCode.INVALID,
                "%s: %s%s Causes that a rule may name: %s."
                        .formatted(option(action), what, meant.isEmpty() ? "." : meant, String.join(", ", open)));
    }

    private static String option(Action action) {
        return action == Action.RETRY ? "--retry-on" : "--fail-on";
    }
}
