package dev.trainyard.core.command;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the person at the terminal called the program, so that the commands in messages can be copied: {@code ./trainyard} in a source
 * tree. The launcher says it in the variable {@value #VARIABLE}; without it the name is {@code trainyard}.
 */
public final class CommandName {

    public static final String VARIABLE = "TRAINYARD_COMMAND";

    private static final String NAME = "trainyard";

    /** A command line in a sentence; neither a path nor the beginning of a message ({@code trainyard: …}). */
    private static final Pattern COMMAND = Pattern.compile("(?<![\\w./:-])" + NAME + " (?=[a-z-])");

    private final String called;

    public CommandName(Map<String, String> environment) {
        String stated = environment.getOrDefault(VARIABLE, "");
        this.called = stated.isBlank() ? NAME : stated;
    }

    /** A message, which calls the program {@code trainyard}, with the name that it was called by. */
    public String in(String message) {
        return called.equals(NAME)
                ? message
                : COMMAND.matcher(message).replaceAll(Matcher.quoteReplacement(called + " "));
    }
}
