package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.worker.engine.QuotedWords;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Interprets an engine's message about a failed pull. The HTTP status is not enough: after the response has begun there is only a message,
 * and before that the engine answers 500 even if the registry refused. Messages of moby 20.10 to 28. An unknown message does not count as an
 * outage, so the pull is not retried.
 */
final class RegistryWords {

    private static final String NO_SPACE_LEFT = "no space left on device";

    /** The registry does not have the image, or denies access. */
    private static final List<String> UNAVAILABLE = List.of(
            "pull access denied",
            "manifest unknown",
            "name unknown",
            ": not found",
            "no matching manifest",
            "unauthorized",
            "authentication required",
            "no basic auth credentials",
            "denied: ",
            "403 forbidden",
            "401 unauthorized",
            "does not exist or may require");

    /** The registry or the network to it fails, or the registry limits requests. A later try may succeed. */
    private static final List<String> OUTAGE = List.of(
            "connection refused",
            "connection reset",
            "connection timed out",
            "use of closed network connection",
            "broken pipe",
            "no such host",
            "temporary failure in name resolution",
            "server misbehaving",
            "no route to host",
            "network is unreachable",
            "host is unreachable",
            "network is down",
            "i/o timeout",
            "handshake timeout",
            "client.timeout exceeded",
            "deadline exceeded",
            "request canceled",
            "context canceled",
            "unexpected eof",
            "internal server error",
            "bad gateway",
            "service unavailable",
            "gateway timeout",
            "gateway time-out",
            "too many requests",
            "toomanyrequests",
            "download failed after attempts",
            "layer verification failed");

    private static final Pattern FAILING_STATUS = Pattern.compile("\\b(?:status|http|code):? (?:5\\d\\d|429)\\b");

    private RegistryWords() {}

    /** Empty if the message is unknown. */
    static Optional<Cause> cause(String words) {
        if (isDiskFull(words)) {
            return Optional.of(Cause.DISK_FULL);
        }
        String own = QuotedWords.removed(words).toLowerCase(Locale.ROOT).strip();
        if (UNAVAILABLE.stream().anyMatch(own::contains)
                || (own.startsWith("manifest for ") && own.contains(" not found"))
                || (own.contains("repository ") && own.contains(" not found"))) {
            return Optional.of(Cause.IMAGE_UNAVAILABLE);
        }
        return outage(words).map(unused -> Cause.IMAGE_PULL_FAILED);
    }

    /** The outage, in words without an image name. Empty if the message is not about a known outage. */
    static Optional<String> outage(String words) {
        String own = QuotedWords.removed(words).toLowerCase(Locale.ROOT).strip();
        Optional<String> known = OUTAGE.stream().filter(own::contains).findFirst();
        if (known.isPresent()) {
            return known;
        }
        if (own.equals("eof") || own.endsWith(": eof")) {
            return Optional.of("unexpected EOF");
        }
        Matcher status = FAILING_STATUS.matcher(own);
        return status.find() ? Optional.of(status.group()) : Optional.empty();
    }

    /** Whether the engine's own disk is full: the error of the system call is at the end of the message. */
    static boolean isDiskFull(String words) {
        return words.strip().toLowerCase(Locale.ROOT).endsWith(NO_SPACE_LEFT);
    }

    /** Whether the text contains such a message, from any source. */
    static boolean sayNoSpaceLeft(String words) {
        return words.toLowerCase(Locale.ROOT).contains(NO_SPACE_LEFT);
    }
}
