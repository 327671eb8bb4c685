package dev.trainyard.launch;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name by which the person at the terminal called the program, for example {@code ./trainyard} in a source tree, so that commands in
 * messages can be copied. The launcher passes it in {@value #VARIABLE}. Default: {@code trainyard}.
 */
public final class CommandName {

    public static final String VARIABLE = "TRAINYARD_COMMAND";

    private static final String NAME = "trainyard";

    /** These are not client commands and do not take the client's options. */
    private static final Set<String> OF_THE_LAUNCHER =
            Set.of("up", "demo", "worker", "server", "migrate", "build", "test", "storm", "format");

    /** A command line in a sentence, but not a path or the start of a message ({@code trainyard: …}). */
    private static final Pattern COMMAND = Pattern.compile("(?<![\\w./:-])" + NAME + " (?=([a-z-]+))");

    private final String called;

    public CommandName(Map<String, String> environment) {
        String stated = environment.getOrDefault(VARIABLE, "");
        this.called = stated.isBlank() ? NAME : stated;
    }

    /** The message with each {@code trainyard} command in it renamed to what the person typed. */
    public String in(String message) {
        return in(message, "");
    }

    /**
     * The same, and adds options to the client's commands, so that they ask the same server again.
     *
     * @param options quoted for a shell; may be empty
     */
    public String in(String message, String options) {
        return COMMAND.matcher(message).replaceAll(command -> {
            boolean client = !OF_THE_LAUNCHER.contains(command.group(1))
                    && !command.group(1).startsWith("-");
            String all = options.isEmpty() || !client ? called : called + " " + options;
            return Matcher.quoteReplacement(all + " ");
        });
    }
}
