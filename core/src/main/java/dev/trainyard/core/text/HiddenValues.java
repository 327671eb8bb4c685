package dev.trainyard.core.text;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.StringTokenizer;
import java.util.stream.Stream;

/** Removes values of variables from messages of other programs, because more people can read the messages than may see the values. */
public final class HiddenValues {

    public static final HiddenValues NONE = new HiddenValues(List.of());

    private static final String MASK = "***";

    /** Shorter values occur in many sentences and are not secrets. */
    private static final int SHORTEST = 4;

    /** At which an engine takes a name, an address, a path, a range or a list apart, and what it puts around a part. */
    private static final String SEPARATORS = ":/-,=@\"'\\;#?&+%|()[]{}<>$*~!^` \t\r\n";

    /** Letters of a text times parts to look for. */
    private static final long MOST_WORK = 1L << 26;

    private final List<String> longestFirst;
    private final List<String> parts;

    public HiddenValues(Collection<String> values) {
        this(values, List.of());
    }

    /** @param takenApart those of the values that others fill in somewhere, and take apart there */
    public HiddenValues(Collection<String> values, Collection<String> takenApart) {
        this.longestFirst = longestFirst(values.stream().map(String::strip));
        this.parts = longestFirst(takenApart.stream().flatMap(HiddenValues::partsOf));
    }

    /** The text without the values. The text must be complete: a part of a truncated value would not be removed. */
    public String maskedIn(String text) {
        String masked = text;
        for (String value : longestFirst) {
            masked = masked.replace(value, MASK);
        }
        return masked;
    }

    /** The same of what an engine or a program has made of the values: their parts are taken out too, in capitals or not. */
    public String maskedInWordsOfOthers(String words) {
        String text = maskedIn(words);
        if (parts.isEmpty()) {
            return text;
        }
        if ((long) text.length() * parts.size() > MOST_WORK) {
            return MASK;
        }
        StringBuilder masked = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int length = lengthOfPart(text, at);
            masked.append(length == 0 ? text.substring(at, at + 1) : MASK);
            at += Math.max(1, length);
        }
        return masked.toString();
    }

    private int lengthOfPart(String text, int at) {
        for (String part : parts) {
            if (text.regionMatches(true, at, part, 0, part.length())) {
                return part.length();
            }
        }
        return 0;
    }

    private static List<String> longestFirst(Stream<String> values) {
        return values.filter(value -> value.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** At each separator alone, at all of them, and as a path without what means nothing in it. */
    private static Stream<String> partsOf(String value) {
        Stream<String> alone = SEPARATORS
                .chars()
                .filter(separator -> value.indexOf(separator) >= 0)
                .boxed()
                .flatMap(separator -> split(value, String.valueOf((char) separator.intValue())));
        return Stream.of(alone, split(value, SEPARATORS), Stream.of(asPath(value)))
                .flatMap(parts -> parts);
    }

    private static String asPath(String value) {
        return String.join(
                "/", split(value, "/").filter(part -> !part.equals(".")).toList());
    }

    private static Stream<String> split(String value, String separators) {
        return Collections.list(new StringTokenizer(value, separators)).stream().map(String.class::cast);
    }
}
