package dev.trainyard.launch;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the person at the terminal called the program, so that the commands in messages can be copied: {@code ./trainyard} in a source
 * tree. The launcher says it in the variable {@value #VARIABLE}; without it the name is {@code trainyard}.
 */
public final class CommandName {

    public static final String VARIABLE = "TRAINYARD_COMMAND";

    private static final String NAME = "trainyard";

    /** These are no client's commands, and know no options of a client. */
    private static final Set<String> OF_THE_LAUNCHER =
            Set.of("up", "demo", "worker", "server", "migrate", "build", "test", "storm", "format");

    /** A command line in a sentence; neither a path nor the beginning of a message ({@code trainyard: …}). */
    private static final Pattern COMMAND = Pattern.compile("(?<![\\w./:-])" + NAME + " (?=([a-z-]+))");

    private final String called;

    public CommandName(Map<String, String> environment) {
        String stated = environment.getOrDefault(VARIABLE, "");
        this.called = stated.isBlank() ? NAME : stated;
    }

    /** A message, which calls the program {@code trainyard}, with the name that it was called by. */
    public String in(String message) {
        return in(message, "");
    }

    /**
     * The same, and the client's commands in it ask who was asked now.
     *
     * @param options of the client, as a shell takes them; empty: none
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
