package dev.trainyard.core.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the known name that a person probably meant. */
public final class NearestName {

    private static final int LONGEST = 60;

    private NearestName() {}

    /** The most similar known name, if it is similar enough to be a typing error. */
    public static Optional<String> among(Collection<String> known, String given) {
        // All other letters are equally similar to a single letter.
        if (given.length() > LONGEST || plain(given).length() < 2) {
            return Optional.empty();
        }
        int slip = Math.max(1, given.length() / 3);
        int length = plain(given).length();
        return known.stream()
                // Much longer names are skipped, because known names may come from a user and have any length.
                .filter(name ->
                        name.length() <= 2 * LONGEST && Math.abs(plain(name).length() - length) <= slip)
                .filter(name -> distance(plain(name), plain(given)) <= slip)
                .min(Comparator.<String>comparingInt(name -> distance(plain(name), plain(given)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    }

    /** The number of insertions, deletions, substitutions and swaps of neighbouring characters. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int substitution = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(substitution, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
