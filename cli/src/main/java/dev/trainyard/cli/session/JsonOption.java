package dev.trainyard.cli.session;

import picocli.CommandLine.Option;

/** {@code --json}: the server's answer as it is, for programs. */
public final class JsonOption {

    @Option(names = "--json", description = "Print the server's answer as JSON.")
    private boolean json;

    public boolean isGiven() {
        return json;
    }
}
