package dev.trainyard.worker.container;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the engine means by its words, where a status alone does not tell. Wordings of moby 20.10 to 28. */
final class EngineWords {

    private static final Pattern MISSING_SOURCE = Pattern.compile("bind source path does not exist: *(.+)");
    private static final Pattern PORT =
            Pattern.compile("port is already allocated|address already in use|ports are not available");
    private static final Pattern DEVICES =
            Pattern.compile("could not select device driver|nvidia-container-cli|unresolvable cdi devices");
    private static final Pattern PROGRAM = Pattern.compile("exec: \".*\": |exec format error|no command specified");

    private static final Pattern REMOVED =
            Pattern.compile("no such container|marked for removal|removal of container \\S+ is already in progress");

    private EngineWords() {}

    static StartProblem startProblem(String reason) {
        Matcher missing = MISSING_SOURCE.matcher(reason);
        if (missing.find()) {
            return new StartProblem.MountMissing(missing.group(1).strip(), reason);
        }
        String words = reason.toLowerCase(Locale.ROOT);
        if (words.contains("no space left on device")) {
            return new StartProblem.DiskFull(reason);
        }
        if (REMOVED.matcher(words).find()) {
            return new StartProblem.Removed(reason);
        }
        if (PORT.matcher(words).find()) {
            return new StartProblem.PortTaken(reason);
        }
        if (DEVICES.matcher(words).find()) {
            return new StartProblem.DevicesRefused(reason);
        }
        if (PROGRAM.matcher(words).find()) {
            return new StartProblem.NoSuchProgram(reason);
        }
        if (words.startsWith("no such image")) {
            return new StartProblem.ImageGone(reason);
        }
        return new StartProblem.Other(reason);
    }
}
