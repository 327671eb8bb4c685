package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the engine means when a pull or a build fails; it has no other way to say so than words. Wordings of moby 20.10 to 28. */
final class PullWords {

    private static final Pattern NOT_THERE = Pattern.compile(
            "not found|manifest unknown|repository does not exist|access denied|denied:|unauthorized|no basic auth|invalid reference|no matching manifest");

    private static final Pattern NOT_REACHED = Pattern.compile(
            "dial tcp|no such host|connection refused|timeout|timed out|i/o timeout|tls handshake|server misbehaving|unexpected eof|toomanyrequests|5\\d\\d |connection reset|x509");

    /** What a build says of its base image, as against the failure of one of its steps. */
    private static final Pattern BASE_IMAGE = Pattern.compile(
            "^(get \"?https?://|pull access denied|manifest for|error response from daemon: (get|pull)|.* not found: manifest)");

    private PullWords() {}

    static Cause cause(String words) {
        String lower = words.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left on device")) {
            return Cause.DISK_FULL;
        }
        // First: "lookup registry: no such host" is a network that fails, not an image that is missing.
        if (NOT_REACHED.matcher(lower).find()) {
            return Cause.IMAGE_PULL_FAILED;
        }
        return NOT_THERE.matcher(lower).find() ? Cause.IMAGE_UNAVAILABLE : Cause.IMAGE_PULL_FAILED;
    }

    static Cause buildCause(String words) {
        String lower = words.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left on device")) {
            return Cause.DISK_FULL;
        }
        return BASE_IMAGE.matcher(lower).find() ? cause(words) : Cause.IMAGE_BUILD_FAILED;
    }
}
