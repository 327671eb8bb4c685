package dev.trainyard.standalone;

import dev.trainyard.core.text.ShellWords;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.launch.CommandName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The commands that {@code up} and {@code demo} suggest to type next. Each works when it is copied. */
final class NextCommands {

    private static final int USUAL_PORT = 8700;
    private static final String USUAL_SERVER = "http://127.0.0.1:" + USUAL_PORT;

    private final String rest;
    private final CommandName called;
    private final String server;
    private final Map<String, String> environment;

    /** @param rest the address of the REST server */
    NextCommands(String rest, Map<String, String> environment) {
        this.rest = rest;
        this.called = new CommandName(environment);
        // In a shell with TRAINYARD_SERVER, the client asks that server instead of the usual one.
        String asked = environment.getOrDefault("TRAINYARD_SERVER", "");
        this.server = rest.equals(asked.isBlank() ? USUAL_SERVER : asked) ? "" : "--server " + ShellWords.quote(rest);
        this.environment = environment;
    }

    /** The text with each {@code trainyard} command in it completed so that it works here. */
    String in(String text) {
        return called.in(text, server);
    }

    /** The text that {@code trainyard up} prints when everything runs. */
    String whenUp(String kafka, PostgresUrl reader, Path directory) {
        return in("""
                Trainyard is up.
                  REST      %s
                  Kafka     %s
                  Postgres  %s
                  state     %s
                Submit with: trainyard submit docker-compose.yml    Stop with Ctrl-C: trainings run on.
                """.formatted(rest, kafka, reader, directory)) + path();
    }

    /**
     * {@code trainyard up} for the same directory, devices and port.
     *
     * @param options of the previous command
     */
    static String up(List<String> options) {
        return options.isEmpty()
                ? "trainyard up"
                : "trainyard up "
                        + String.join(
                                " ", options.stream().map(ShellWords::quote).toList());
    }

    /**
     * The options for an {@code up} with the same settings.
     *
     * @param port of the REST server; 8700 needs no option
     */
    static List<String> options(
            @Nullable Path directory,
            @Nullable String devices,
            @Nullable Integer runSlots,
            @Nullable Path policy,
            int port) {
        List<String> options = new ArrayList<>();
        if (directory != null) {
            options.addAll(List.of("--dir", directory.toAbsolutePath().toString()));
        }
        if (devices != null) {
            options.addAll(List.of("--devices", devices));
        }
        if (runSlots != null) {
            options.addAll(List.of("--run-slots", runSlots.toString()));
        }
        if (policy != null) {
            options.addAll(List.of("--policy", policy.toAbsolutePath().toString()));
        }
        if (port != USUAL_PORT) {
            options.addAll(List.of("--port", Integer.toString(port)));
        }
        return options;
    }

    /** How to put the program on the PATH. Empty if it is there, or if its folder is not known. */
    private String path() {
        String home = System.getProperty("trainyard.home", "");
        boolean named = environment.getOrDefault(CommandName.VARIABLE, "").equals("trainyard");
        return named || home.isEmpty()
                ? ""
                : "To call it trainyard from anywhere: export PATH=%s:\"$PATH\"    (for good: in ~/.profile)%n"
                        .formatted(ShellWords.quote(home));
    }
}
