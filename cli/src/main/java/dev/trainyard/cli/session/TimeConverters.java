package dev.trainyard.cli.session;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.text.DurationText;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses times on the command line. Errors say how to write them. */
public final class TimeConverters {

    private TimeConverters() {}

    public static final class OfDuration implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return DurationText.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /**
     * A time in the past, written as an instant or as an age.
     *
     * @throws Failure if it is neither
     */
    public static Instant since(String option, String text, Clock clock) {
        Optional<Instant> moment = Moment.parse(text, clock);
        if (moment.isPresent()) {
            return moment.get();
        }
        try {
            return clock.instant().minus(DurationText.parse(text));
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw new Failure(
                    ExitCode.INVALID,
                    "%s: '%s' is neither an age such as 90s, 2h or 7d, nor a time such as %s."
                            .formatted(option, text, Moment.FORMS),
                    e);
        }
    }

    public static final class OfInstant implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            return Moment.parse(text, Clock.systemDefaultZone())
                    .orElseThrow(() ->
                            new TypeConversionException("'%s' is not a time such as %s".formatted(text, Moment.FORMS)));
        }
    }
}
