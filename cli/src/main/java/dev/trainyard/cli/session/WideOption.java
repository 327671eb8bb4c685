package dev.trainyard.cli.session;

import dev.trainyard.cli.terminal.Table;
import picocli.CommandLine.Option;

/** {@code --wide}: print a complete table, even if it does not fit the terminal. */
public final class WideOption {

    @Option(
            names = "--wide",
            description =
                    "Show all columns in full. By default, long columns are cut (…) or left out to fit the terminal.")
    private boolean wide;

    public boolean isGiven() {
        return wide;
    }

    public void print(Table table, Session session) {
        table.print(session.out(), wide ? Table.UNLIMITED : session.tableWidth());
    }
}
