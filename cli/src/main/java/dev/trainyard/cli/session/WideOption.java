package dev.trainyard.cli.session;

import dev.trainyard.cli.terminal.Table;
import picocli.CommandLine.Option;

/** {@code --wide}: a table with all that it has, also where that does not fit the terminal. */
public final class WideOption {

    @Option(
            names = "--wide",
            description = "Show all columns, whole. Else long ones are cut, with …, or left out, to fit the terminal.")
    private boolean wide;

    public boolean isGiven() {
        return wide;
    }

    public void print(Table table, Session session) {
        table.print(session.out(), wide ? Table.UNLIMITED : session.tableWidth());
    }
}
