package dev.trainyard.cli.source;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * One pattern of a {@code .dockerignore}: {@code *} and {@code ?} within a name, {@code **} across folders, classes of characters, and
 * backslashes to escape characters. It is a nondeterministic automaton: all its states are followed at the same time, so the time is
 * proportional to the length of the path for any number of wildcards.
 */
final class PathPattern {

    /** One state of the automaton, with the text that it consumes. */
    private sealed interface Part {}

    /** Consumes one character. */
    private record One(IntPredicate of) implements Part {}

    /** Consumes any number of characters, or none. Within one name, or across folders. */
    private record Any(boolean ofName) implements Part {}

    /** Start of any number of folders, or none. The next part is {@link InFolders}. */
    private record Folders() implements Part {}

    /** Within {@link Folders}. The next part may begin after each slash. */
    private record InFolders() implements Part {}

    private final List<Part> parts;

    private PathPattern(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** @throws IllegalArgumentException with the reason if the text is not a valid pattern */
    static PathPattern of(String pattern) {
        return new PathPattern(new Reader(pattern).read());
    }

    /** Whether the pattern matches the path or one of its parent folders. */
    boolean matchesPathOrParent(String path) {
        BitSet at = new BitSet();
        at.set(0);
        passed(at);
        for (int i = 0; i < path.length() && !at.isEmpty(); i += Character.charCount(path.codePointAt(i))) {
            if (path.charAt(i) == '/' && at.get(parts.size())) {
                return true;
            }
            BitSet next = new BitSet();
            for (int place = at.nextSetBit(0); place >= 0 && place < parts.size(); place = at.nextSetBit(place + 1)) {
                step(place, path.codePointAt(i), next);
            }
            passed(next);
            at = next;
        }
        return at.get(parts.size());
    }

    private void step(int place, int c, BitSet next) {
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

    /** Adds the states that are reached without consuming a character. */
    private void passed(BitSet at) {
        for (int place = at.nextSetBit(0); place >= 0 && place < parts.size(); place = at.nextSetBit(place + 1)) {
            switch (parts.get(place)) {
                case Any _ -> at.set(place + 1);
                case Folders _ -> at.set(place + 1, place + 3);
                case One _, InFolders _ -> {}
            }
        }
    }

    /** Reads a pattern as moby/patternmatcher does, which converts it to a regular expression of Go. */
    private static final class Reader {

        /** The classes {@code [:…:]} of Go's regular expressions. */
        private static final Map<String, IntPredicate> CLASSES = Map.ofEntries(
                Map.entry("alnum", c -> isLetter(c) || isDigit(c)),
                Map.entry("alpha", Reader::isLetter),
                Map.entry("ascii", c -> c < 128),
                Map.entry("blank", c -> c == ' ' || c == '\t'),
                Map.entry("cntrl", c -> c < ' ' || c == 127),
                Map.entry("digit", Reader::isDigit),
                Map.entry("graph", c -> c > ' ' && c < 127),
                Map.entry("lower", c -> c >= 'a' && c <= 'z'),
                Map.entry("print", c -> c >= ' ' && c < 127),
                Map.entry("punct", c -> c > ' ' && c < 127 && !isLetter(c) && !isDigit(c)),
                Map.entry("space", c -> c == ' ' || c >= '\t' && c <= '\r'),
                Map.entry("upper", c -> c >= 'A' && c <= 'Z'),
                Map.entry("word", c -> isLetter(c) || isDigit(c) || c == '_'),
                Map.entry("xdigit", c -> isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'));

        private static final String SPECIAL = "*?[]\\";

        private final int[] pattern;
        private final boolean wild;
        private final List<Part> parts = new ArrayList<>();
        private int at;

        Reader(String text) {
            pattern = text.codePoints().toArray();
            boolean suffix = text.startsWith("**");
            String rest =
                    suffix ? text.substring(2) : text.endsWith("**") ? text.substring(0, text.length() - 2) : text;
            wild = rest.chars().anyMatch(c -> SPECIAL.indexOf(c) >= 0);
            if (suffix && !wild && !rest.startsWith("/")) {
                // In Docker **.pyc matches every path that ends with .pyc, but **.p* matches a name in any folder.
                parts.add(new Any(false));
                at = 2;
            }
        }

        List<Part> read() {
            while (at < pattern.length) {
                int c = pattern[at++];
                switch (c) {
                    case '*' -> wildcard();
                    case '?' -> parts.add(new One(other -> other != '/'));
                    case '[' -> parts.add(new One(characterClass()));
                    case '\\' -> parts.add(itself(escaped()));
                    default -> {
                        if (wild) {
                            checkLiteral(c);
                        }
                        parts.add(itself(c));
                    }
                }
            }
            return parts;
        }

        private void wildcard() {
            if (!isNext('*')) {
                parts.add(new Any(true));
                return;
            }
            at++;
            // **/ and ** have the same meaning.
            if (isNext('/')) {
                at++;
            }
            if (at == pattern.length) {
                parts.add(new Any(false));
            } else {
                parts.add(new Folders());
                parts.add(new InFolders());
            }
        }

        /** Docker converts only a pattern with wildcards to a regular expression, and does not escape these characters. */
        private void checkLiteral(int c) {
            if (c == '|' || c == '^' || c == '{' && at < pattern.length && isDigit(pattern[at])) {
                throw new IllegalArgumentException(
                        "in a pattern with wildcards, Docker gives %s another meaning. Use ? instead"
                                .formatted(Character.toString(c)));
            }
        }

        private IntPredicate characterClass() {
            boolean negated = isNext('^');
            if (negated) {
                at++;
            }
            IntPredicate any = _ -> false;
            boolean empty = true;
            while (empty || !isNext(']')) {
                if (isNext('[') && at + 1 < pattern.length && pattern[at + 1] == ':') {
                    any = any.or(named());
                } else {
                    int low = member();
                    int high = low;
                    if (isNext('-')) {
                        at++;
                        high = member();
                    }
                    any = any.or(range(low, high));
                }
                empty = false;
            }
            at++;
            return negated ? any.negate() : any;
        }

        private static IntPredicate range(int low, int high) {
            if (low > high) {
                throw new IllegalArgumentException("the range %s-%s is the wrong way round"
                        .formatted(Character.toString(low), Character.toString(high)));
            }
            return c -> c >= low && c <= high;
        }

        private IntPredicate named() {
            int begin = at + 2;
            int end = begin;
            while (end < pattern.length && isLetter(pattern[end])) {
                end++;
            }
            String name = new String(pattern, begin, end - begin);
            IntPredicate named = CLASSES.get(name);
            if (named == null || end + 1 >= pattern.length || pattern[end] != ':' || pattern[end + 1] != ']') {
                throw new IllegalArgumentException(
                        "[:%s does not begin a known class, such as [:alpha:]".formatted(name));
            }
            at = end + 2;
            return named;
        }

        private int member() {
            if (at == pattern.length) {
                throw new IllegalArgumentException("a [ is not closed");
            }
            int c = pattern[at++];
            if (c == ']' || c == '-' || c == '*' || c == '?') {
                throw new IllegalArgumentException(
                        "%s within [ and ] needs a backslash".formatted(Character.toString(c)));
            }
            return c == '\\' ? escaped() : c;
        }

        private int escaped() {
            if (at == pattern.length) {
                throw new IllegalArgumentException("it ends with a backslash");
            }
            int c = pattern[at++];
            if (c >= 128 || isLetter(c) || isDigit(c)) {
                throw new IllegalArgumentException(
                        "before a letter or a digit, Docker gives a backslash another meaning");
            }
            return c;
        }

        private boolean isNext(int c) {
            return at < pattern.length && pattern[at] == c;
        }

        private static Part itself(int c) {
            return new One(other -> other == c);
        }

        private static boolean isLetter(int c) {
            return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
        }

        private static boolean isDigit(int c) {
            return c >= '0' && c <= '9';
        }
    }
}
