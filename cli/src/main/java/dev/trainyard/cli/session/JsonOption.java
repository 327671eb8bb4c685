package dev.trainyard.cli.session;

import picocli.CommandLine.Option;

/** {@code --json}: print the server's answer unchanged, for programs. */
public final class JsonOption {

    @Option(names = "--json", description = "Print the server's answer as JSON.")
    private boolean json;

    public boolean isGiven() {
        return json;
    }
}
