package dev.trainyard.cli.source;

import dev.trainyard.core.text.WhiteSpace;
import java.util.ArrayList;
import java.util.List;

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
        for (String line : text.split("\n", -1)) {
            String pattern = stripped(line);
            if (!line.startsWith("#") && !pattern.isEmpty()) {
                boolean ignores = !pattern.startsWith("!");
                String path = clean(ignores ? pattern : stripped(pattern.substring(1)));
                if (path.isEmpty()) {
                    throw new IllegalArgumentException("'%s' has no pattern after the !".formatted(pattern));
                }
                // As in Docker, the context itself cannot be ignored.
                if (!path.equals(".")) {
                    rules.add(new Rule(compile(path, pattern), ignores));
                }
            }
        }
        return new IgnoreRules(rules);
    }

    private static String stripped(String text) {
        return WhiteSpace.withoutLeading(WhiteSpace.withoutTrailing(text));
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
     * Whether files in an ignored folder may be included again. As in BuildKit; the client of the classic builder ignores an exception
     * that begins with a wildcard.
     */
    boolean haveExceptions() {
        return rules.stream().anyMatch(rule -> !rule.ignores());
    }

    /** As Go's filepath.Clean, but without the leading slash: all patterns are relative to the context. */
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
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'%s' is not a valid pattern: %s".formatted(line, e.getMessage()), e);
        }
    }
}
