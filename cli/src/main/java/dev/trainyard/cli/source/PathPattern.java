package dev.trainyard.cli.source;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * One pattern of a {@code .dockerignore}: {@code *} and {@code ?} within a name, {@code **} over folders, a class of characters, and a
 * backslash before what is meant itself. All places of the pattern that a path may be at are followed at once, so that the time grows with
 * the length of the path, however many wildcards there are.
 */
final class PathPattern {

    /** What one place of a pattern takes. */
    private sealed interface Part {}

    /** One character. */
    private record One(IntPredicate of) implements Part {}

    /** Any number of characters, or none: of one name, or of a path. */
    private record Any(boolean ofName) implements Part {}

    /** Any number of folders, or none. The part after it is {@link InFolders}. */
    private record Folders() implements Part {}

    /** Within {@link Folders}: at the end of one they may end. */
    private record InFolders() implements Part {}

    private final List<Part> parts;

    private PathPattern(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** @throws IllegalArgumentException saying why it is none */
    static PathPattern of(String pattern) {
        return new PathPattern(new Reader(pattern).read());
    }

    /** Whether a path fits, or a folder that it is in. */
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

    /** Adds the places that are reached without a character. */
    private void passed(BitSet at) {
        for (int place = at.nextSetBit(0); place >= 0 && place < parts.size(); place = at.nextSetBit(place + 1)) {
            switch (parts.get(place)) {
                case Any _ -> at.set(place + 1);
                case Folders _ -> at.set(place + 1, place + 3);
                case One _, InFolders _ -> {}
            }
        }
    }

    /** Reads a pattern as moby/patternmatcher does, which makes a regular expression of Go of it. */
    private static final class Reader {

        /** Of the engine's letters within {@code [:…:]}. */
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
                // To Docker **.pyc is whatever ends with .pyc, but **.p* is a name within folders.
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
            // **/ and ** are the same: any number of folders, also none.
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

        /** Docker forgets to escape these, but only where it makes a regular expression. */
        private void checkLiteral(int c) {
            if (c == '|' || c == '^' || c == '{' && at < pattern.length && isDigit(pattern[at])) {
                throw new IllegalArgumentException(
                        "beside a wildcard Docker reads %s in a way of its own; write ? in its place"
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
                throw new IllegalArgumentException("[:%s is no class such as [:alpha:]".formatted(name));
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
                        "before a letter or a digit Docker reads a backslash in a way of its own");
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
