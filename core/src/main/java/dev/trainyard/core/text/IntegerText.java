package dev.trainyard.core.text;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Parses integers as Docker's flags do (Go's {@code strconv.ParseInt} with base 0): {@code 020} is 16, {@code 1_000} is 1000. */
public final class IntegerText {

    private static final Pattern FORM = Pattern.compile(
            "[-+]?(0x(_?[0-9a-f]){1,99}|0b(_?[01]){1,99}|0o(_?[0-7]){1,99}|0(_?[0-7]){0,99}|[1-9](_?[0-9]){0,99})",
            Pattern.CASE_INSENSITIVE);

    private static final int LONGEST = 100;

    private IntegerText() {}

    /** Empty if the text is not an integer, or has more than 64 bits. */
    public static Optional<Long> parse(String text) {
        if (text.length() > LONGEST || !FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        String digits = text.toLowerCase(Locale.ROOT).replaceAll("[-+_]", "");
        BigInteger magnitude = switch (digits.length() > 1 && digits.startsWith("0") ? digits.charAt(1) : ' ') {
            case ' ' -> new BigInteger(digits);
            case 'x' -> new BigInteger(digits.substring(2), 16);
            case 'b' -> new BigInteger(digits.substring(2), 2);
            case 'o' -> new BigInteger(digits.substring(2), 8);
            default -> new BigInteger(digits, 8);
        };
        BigInteger value = text.startsWith("-") ? magnitude.negate() : magnitude;
        return value.bitLength() < Long.SIZE ? Optional.of(value.longValue()) : Optional.empty();
    }
}
