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
            "manifest invalid",
            "blob unknown",
            "unknown blob",
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

    /** The registry or the network to it fails, or the registry limits requests. A later try may succeed, of this image or another. */
    private static final List<String> OF_REGISTRY = List.of(
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
            "service unavailable",
            "too many requests",
            "toomanyrequests");

    /** A later try may succeed, but the registry answers, and may have other images: behind a proxy each may come from another place. */
    private static final List<String> OF_IMAGE = List.of(
            "internal server error",
            "bad gateway",
            "gateway timeout",
            "gateway time-out",
            "download failed after attempts",
            "verification failed");

    private static final Pattern BUSY_STATUS = Pattern.compile("\\b(?:status|http|code):? (?:503|429)\\b");
    private static final Pattern FAILING_STATUS = Pattern.compile("\\b(?:status|http|code):? 5\\d\\d\\b");

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
        boolean later = ofRegistry(words).isPresent()
                || OF_IMAGE.stream().anyMatch(own::contains)
                || FAILING_STATUS.matcher(own).find();
        return later ? Optional.of(Cause.IMAGE_PULL_FAILED) : Optional.empty();
    }

    /** The failure that may also affect other images of the registry, in words without an image name. Empty if there is none. */
    static Optional<String> ofRegistry(String words) {
        String own = QuotedWords.removed(words).toLowerCase(Locale.ROOT).strip();
        Optional<String> known = OF_REGISTRY.stream().filter(own::contains).findFirst();
        if (known.isPresent()) {
            return known;
        }
        if (own.equals("eof") || own.endsWith(": eof")) {
            return Optional.of("unexpected EOF");
        }
        Matcher status = BUSY_STATUS.matcher(own);
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
