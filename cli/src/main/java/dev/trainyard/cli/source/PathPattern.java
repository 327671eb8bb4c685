package dev.trainyard.cli.source;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * One pattern of a {@code .dockerignore}: {@code *} and {@code ?} within a name, {@code **} across folders, character classes, and a
 * backslash before a literal character. The matcher is a nondeterministic automaton that follows all possible positions in the pattern at
 * once, so its time grows linearly with the length of the path, however many wildcards there are.
 */
final class PathPattern {

    /** What one position of a pattern matches. */
    private sealed interface Part {}

    /** One character. */
    private record One(IntPredicate of) implements Part {}

    /** Zero or more characters of one name, or of a path. */
    private record Any(boolean ofName) implements Part {}

    /** Zero or more folders. The next part is {@link InFolders}. */
    private record Folders() implements Part {}

    /** A position inside {@link Folders}, which may end after each slash. */
    private record InFolders() implements Part {}

    private final List<Part> parts;

    private PathPattern(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** @throws PatternSyntaxException if a character class is not valid */
    static PathPattern of(String pattern) {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < pattern.length(); i++) {
            switch (pattern.charAt(i)) {
                case '*' -> {
                    if (!pattern.startsWith("**", i)) {
                        parts.add(new Any(true));
                        continue;
                    }
                    i++;
                    // **/ and ** are the same: zero or more folders.
                    if (pattern.startsWith("/", i + 1)) {
                        i++;
                    }
                    if (i + 1 == pattern.length()) {
                        parts.add(new Any(false));
                    } else {
                        parts.add(new Folders());
                        parts.add(new InFolders());
                    }
                }
                case '?' -> parts.add(new One(c -> c != '/'));
                case '[' -> {
                    int end = pattern.indexOf(']', i + 2);
                    parts.add(oneOf(end < 0 ? "[" : characterClass(pattern.substring(i + 1, end))));
                    i = end < 0 ? i : end;
                }
                case '\\' -> {
                    i = Math.min(i + 1, pattern.length() - 1);
                    parts.add(itself(pattern.charAt(i)));
                }
                default -> parts.add(itself(pattern.charAt(i)));
            }
        }
        return new PathPattern(parts);
    }

    /** Whether the pattern matches a path or one of its parent folders. */
    boolean matchesPathOrParent(String path) {
        BitSet at = new BitSet();
        at.set(0);
        passed(at);
        for (int i = 0; i < path.length() && !at.isEmpty(); i++) {
            if (path.charAt(i) == '/' && at.get(parts.size())) {
                return true;
            }
            BitSet next = new BitSet();
            for (int place = at.nextSetBit(0); place >= 0 && place < parts.size(); place = at.nextSetBit(place + 1)) {
                step(place, path.charAt(i), next);
            }
            passed(next);
            at = next;
        }
        return at.get(parts.size());
    }

    private void step(int place, char c, BitSet next) {
        switch (parts.get(place)) {
            case One one -> next.set(place + 1, next.get(place + 1) || one.of().test(c));
            case Any any -> next.set(place, next.get(place) || c != '/' || !any.ofName());
            case InFolders _ -> {
                next.set(place);
                next.set(place + 1, next.get(place + 1) || c == '/');
            }
            case Folders _ -> {}
        }
    }

    /** Adds the positions that can be reached without a character. */
    private void passed(BitSet at) {
        for (int place = at.nextSetBit(0); place >= 0 && place < parts.size(); place = at.nextSetBit(place + 1)) {
            switch (parts.get(place)) {
                case Any _ -> at.set(place + 1);
                case Folders _ -> at.set(place + 1, place + 3);
                case One _, InFolders _ -> {}
            }
        }
    }

    private static Part itself(char c) {
        return new One(other -> other == c);
    }

    private static Part oneOf(String characterClass) {
        Predicate<String> of = Pattern.compile(characterClass).asMatchPredicate();
        return new One(c -> of.test(Character.toString(c)));
    }

    /** Escapes characters that are special in a Java character class, but not in Go's. */
    private static String characterClass(String inside) {
        return "[" + inside.replace("[", "\\[").replace("&", "\\&") + "]";
    }
}
