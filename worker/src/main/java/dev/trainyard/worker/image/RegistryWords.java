package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What an engine's words about a pull that failed mean. Statuses do not tell: once it has begun to answer, the engine only
 * has words, and before that it says 500 also for what the registry refused. Wordings of moby 20.10 to 28.
 */
final class RegistryWords {

    private static final Pattern UNAVAILABLE =
            Pattern.compile("pull access denied|manifest unknown|manifest for .* not found|"
                    + "repository .* not found|name unknown|: not found|no matching manifest|unauthorized|authentication required|"
                    + "no basic auth credentials|denied: |403 forbidden|401 unauthorized|invalid reference format|"
                    + "must be lowercase|does not exist or may require");

    private static final Pattern DISK_FULL = Pattern.compile("no space left on device");

    private RegistryWords() {}

    static Cause cause(String words) {
        String lower = words.toLowerCase(Locale.ROOT);
        if (isDiskFull(words)) {
            return Cause.DISK_FULL;
        }
        return UNAVAILABLE.matcher(lower).find() ? Cause.IMAGE_UNAVAILABLE : Cause.IMAGE_PULL_FAILED;
    }

    static boolean isDiskFull(String words) {
        return DISK_FULL.matcher(words.toLowerCase(Locale.ROOT)).find();
    }
}
