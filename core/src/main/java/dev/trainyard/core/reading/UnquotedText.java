package dev.trainyard.core.reading;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts an unquoted scalar as Compose does. Compose reads YAML with go-yaml and prints the value with Go's {@code %v}, so the container
 * gets {@code true} for {@code True}, {@code 1.1} for {@code 1.10} and {@code 1e+06} for {@code 1e6}.
 */
public final class UnquotedText {

    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("true", "true"),
            Map.entry("True", "true"),
            Map.entry("TRUE", "true"),
            Map.entry("false", "false"),
            Map.entry("False", "false"),
            Map.entry("FALSE", "false"),
            Map.entry(".nan", "NaN"),
            Map.entry(".NaN", "NaN"),
            Map.entry(".NAN", "NaN"),
            Map.entry(".inf", "+Inf"),
            Map.entry(".Inf", "+Inf"),
            Map.entry(".INF", "+Inf"),
            Map.entry("+.inf", "+Inf"),
            Map.entry("+.Inf", "+Inf"),
            Map.entry("+.INF", "+Inf"),
            Map.entry("-.inf", "-Inf"),
            Map.entry("-.Inf", "-Inf"),
            Map.entry("-.INF", "-Inf"));

    private static final Pattern INTEGER =
            Pattern.compile("([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger MOST_UNSIGNED = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    /** The maximum length of a 64-bit number. Longer text stays unchanged. */
    private static final int LONGEST = 400;

    private UnquotedText() {}

    /** The text that Compose passes on: numbers and booleans are printed again, and other text stays unchanged. */
    public static String printed(String plain) {
        return value(plain).orElse(plain);
    }

    /** Whether the text is a number or a boolean. */
    public static boolean isNoText(String plain) {
        return value(plain).isPresent();
    }

    /** Whether the text is a boolean. */
    public static boolean isTruth(String plain) {
        return Set.of("true", "false").contains(WORDS.getOrDefault(plain, ""));
    }

    private static Optional<String> value(String plain) {
        if (WORDS.containsKey(plain)) {
            return Optional.of(WORDS.get(plain));
        }
        // Only a number that starts with a digit or a sign may have underscores.
        String digits = plain.startsWith(".") || plain.startsWith("_") ? plain : plain.replace("_", "");
        return digits.length() > LONGEST ? Optional.empty() : integer(digits).or(() -> fraction(digits));
    }

    private static Optional<String> integer(String digits) {
        Matcher form = INTEGER.matcher(digits);
        if (!form.matches()) {
            return Optional.empty();
        }
        int base = form.group(2) != null ? 16 : form.group(3) != null ? 2 : form.group(4) != null ? 8 : 10;
        String magnitude = form.group(base == 16 ? 2 : base == 2 ? 3 : base == 8 ? 4 : 5);
        BigInteger value = new BigInteger(form.group(1).equals("-") ? "-" + magnitude : magnitude, base);
        boolean fits =
                value.compareTo(LEAST) >= 0 && value.compareTo(form.group(1).isEmpty() ? MOST_UNSIGNED : MOST) <= 0;
        return fits ? Optional.of(value.toString()) : Optional.empty();
    }

    private static Optional<String> fraction(String digits) {
        if (!FLOAT.matcher(digits).matches()) {
            return Optional.empty();
        }
        double value = Double.parseDouble(digits);
        return Double.isInfinite(value) ? Optional.empty() : Optional.of(asGoPrints(value));
    }

    /** Go's {@code %v} of a float64: the shortest digits, with an exponent below 1e-4 and from 1e6 on. */
    private static String asGoPrints(double value) {
        String sign = Math.copySign(1, value) < 0 ? "-" : "";
        if (value == 0) {
            return sign + "0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 6) {
            return sign + shortest.toPlainString();
        }
        String digits = shortest.unscaledValue().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return String.format(
                Locale.ROOT,
                "%s%c%se%s%02d",
                sign,
                digits.charAt(0),
                fraction,
                exponent < 0 ? "-" : "+",
                Math.abs(exponent));
    }
}
