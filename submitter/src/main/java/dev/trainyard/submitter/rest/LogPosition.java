package dev.trainyard.submitter.rest;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A position in a job's log: after this chunk of this attempt. It is the id of a log event. */
record LogPosition(int attempt, long seq) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

    /** The start of the log. */
    static final LogPosition START = new LogPosition(0, 0);

    /** @throws ApiException 400 if the text is not {@code <attempt>:<seq>} */
    static LogPosition parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw ApiException.badRequest("Last-Event-ID: '%s' is not of the form ATTEMPT:SEQ".formatted(text));
        }
        return new LogPosition(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    LogPosition at(long chunk) {
        return new LogPosition(attempt, chunk);
    }

    @Override
    public String toString() {
        return attempt + ":" + seq;
    }
}
