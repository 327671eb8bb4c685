package dev.trainyard.cli;

import picocli.CommandLine.Option;

/** {@code --json}: the server's answer as it is, for programs. */
final class JsonOption {

    @Option(names = "--json", description = "Print the server's answer as JSON.")
    private boolean json;

    boolean isGiven() {
        return json;
    }
}
