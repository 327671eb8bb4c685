package dev.trainyard.cli.terminal;

import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The terminal of this process. */
public final class Screen {

    private static final File TERMINAL = new File("/dev/tty");
    private static final int NARROWEST = 20;

    private Screen() {}

    /** The number of characters in a line: from COLUMNS, else from the terminal, else {@link Table#UNLIMITED}. */
    public static int width(Map<String, String> environment) {
        int stated = number(environment.getOrDefault("COLUMNS", ""));
        return stated >= NARROWEST ? stated : ofTerminal();
    }

    private static int ofTerminal() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(TERMINAL)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var answer = stty.inputReader()) {
                String[] size = String.valueOf(answer.readLine()).strip().split(" ");
                int width = size.length == 2 && stty.waitFor(1, TimeUnit.SECONDS) ? number(size[1]) : 0;
                return width >= NARROWEST ? width : Table.UNLIMITED;
            }
        } catch (IOException e) {
            return Table.UNLIMITED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Table.UNLIMITED;
        }
    }

    private static int number(String text) {
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    }
}
