package dev.trainyard.cli.source;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * The rules of a {@code .dockerignore} file. Follows moby/patternmatcher, which docker build uses: the last rule that matches a path or
 * one of its parents wins.
 */
final class IgnoreRules {

    static final IgnoreRules NONE = new IgnoreRules(List.of());

    private record Rule(PathPattern pattern, boolean ignores) {}

    private final List<Rule> rules;

    private IgnoreRules(List<Rule> rules) {
        this.rules = rules;
    }

    /** @throws IllegalArgumentException with the line that is not a valid pattern */
    static IgnoreRules parse(String text) {
        List<Rule> rules = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String pattern = line.strip();
                boolean ignores = !pattern.startsWith("!");
                String path = clean(ignores ? pattern : pattern.substring(1).strip());
                if (path.isEmpty()) {
                    throw new IllegalArgumentException("'%s' has no pattern after the !".formatted(line));
                }
                // As in Docker, the context itself cannot be ignored.
                if (!path.equals(".")) {
                    rules.add(new Rule(compile(path, line), ignores));
                }
            }
        }
        return new IgnoreRules(rules);
    }

    /** @param path relative to the context, with slashes */
    boolean ignores(String path) {
        boolean ignored = false;
        for (Rule rule : rules) {
            if (rule.ignores() != ignored && rule.pattern().matchesPathOrParent(path)) {
                ignored = rule.ignores();
            }
        }
        return ignored;
    }

    /**
     * Whether an exception may match a path below an ignored folder. As in BuildKit. The classic builder's client misses an
     * exception that starts with a wildcard.
     */
    boolean haveExceptions() {
        return rules.stream().anyMatch(rule -> !rule.ignores());
    }

    /** Go's filepath.Clean without the leading slash: patterns are relative to the context with or without it. */
    private static String clean(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> {
                    if (parts.isEmpty() || parts.getLast().equals("..")) {
                        parts.add(part);
                    } else {
                        parts.removeLast();
                    }
                }
                default -> parts.add(part);
            }
        }
        return path.isEmpty() ? "" : parts.isEmpty() ? "." : String.join("/", parts);
    }

    private static PathPattern compile(String path, String line) {
        try {
            return PathPattern.of(path);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("'%s' is not a valid pattern".formatted(line), e);
        }
    }
}
