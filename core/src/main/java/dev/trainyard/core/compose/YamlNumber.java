package dev.trainyard.core.compose;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Numbers of mappings such as {@code environment}: Compose reads them as YAML does and prints them as Go does, so that the
 * container sees {@code 1.1} for {@code 1.10} and {@code 1e-05} for {@code 0.00001}.
 */
final class YamlNumber {

    private static final Pattern DECIMAL = Pattern.compile("[-+]?(0|[1-9][0-9]*)");
    private static final Pattern OTHER_BASE = Pattern.compile("[-+]?0([xob]?)([0-9a-fA-F]+)");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final int LONGEST = 40;

    private YamlNumber() {}

    static boolean isNumber(String plain) {
        return plain.length() <= LONGEST
                && (FLOAT.matcher(plain).matches() || OTHER_BASE.matcher(plain).matches());
    }

    /** The plain text as Compose hands it on: numbers printed anew, everything else as it is. */
    static String asComposePrints(String plain) {
        if (plain.length() > LONGEST) {
            return plain;
        }
        if (DECIMAL.matcher(plain).matches()) {
            return new BigInteger(plain).toString();
        }
        var other = OTHER_BASE.matcher(plain);
        if (other.matches()) {
            int base = switch (other.group(1)) {
                case "x" -> 16;
                case "b" -> 2;
                default -> 8;
            };
            try {
                BigInteger value = new BigInteger(other.group(2), base);
                return (plain.startsWith("-") ? value.negate() : value).toString();
            } catch (NumberFormatException e) {
                return FLOAT.matcher(plain).matches() ? asGoPrints(Double.parseDouble(plain)) : plain;
            }
        }
        return FLOAT.matcher(plain).matches() ? asGoPrints(Double.parseDouble(plain)) : plain;
    }

    /** Go's {@code %v} of a float64: the shortest digits, with an exponent below 1e-4 and from 1e21 on. */
    private static String asGoPrints(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 21) {
            return shortest.toPlainString();
        }
        String digits = shortest.unscaledValue().abs().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return String.format(
                Locale.ROOT,
                "%s%c%se%s%02d",
                value < 0 ? "-" : "",
                digits.charAt(0),
                fraction,
                exponent < 0 ? "-" : "+",
                Math.abs(exponent));
    }
}
