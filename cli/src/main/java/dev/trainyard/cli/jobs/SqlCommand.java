package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.JsonText;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.Csv;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.cli.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trainyard sql}. */
@Command(
        description = {
            "Query the history with SQL, read-only.",
            "Views in schema history: jobs, attempts, steps, outputs, metrics, events, gpus, gpu_reservations, gpu_hours, queue,",
            "workers, rejected."
        },
        footerHeading = "%nExample:%n",
        footer = "  trainyard sql \"select name, state, ended_at - accepted_at as took from history.jobs\"")
public final class SqlCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(paramLabel = "QUERY", description = "One SELECT statement.")
    private String query = "";

    @ArgGroup
    private @Nullable Format format;

    private static final class Format {
        @Option(names = "--json", description = "Print the server's answer as JSON.")
        private boolean json;

        @Option(names = "--csv", description = "Print comma-separated values with a header line.")
        private boolean csv;
    }

    private SqlCommand(Session session) {
        this.session = session;
    }

    /** @param args all arguments: a query that begins with a comment looks like an option, but contains white space */
    public static CommandLine line(List<String> args, Session session) {
        return new CommandLine(new SqlCommand(session))
                .setUnmatchedOptionsArePositionalParams(args.stream()
                        .anyMatch(arg -> arg.startsWith("-") && arg.chars().anyMatch(Character::isWhitespace)));
    }

    @Override
    public Integer call() {
        if (query.isBlank()) {
            throw new Failure(
                    ExitCode.INVALID, "the query is empty. Write one: trainyard sql \"select * from history.jobs\"");
        }
        ServerClient server = session.server();
        String body = server.post("/sql", JsonText.object(Map.of("query", query)));
        JsonObject result = server.parse(body);
        List<String> columns = result.texts("columns");
        List<List<@Nullable String>> rows = result.rows("rows");
        if (format != null && format.json) {
            session.out().println(body);
        } else if (format != null && format.csv) {
            Csv.print(columns, rows, session.out());
        } else {
            print(columns, result.texts("types"), rows);
        }
        if (result.text("truncated").equals("true")) {
            session.say("only the first %,d rows are shown. Add a WHERE or LIMIT clause".formatted(rows.size()));
        }
        return ExitCode.OK;
    }

    private void print(List<String> columns, List<String> types, List<List<@Nullable String>> rows) {
        Table table = new Table(columns);
        for (List<@Nullable String> row : rows) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                String cell = Objects.requireNonNullElse(row.get(i), "");
                // The type decides: a text that looks like an instant stays a text.
                boolean time = i < types.size() && types.get(i).equals("timestamptz");
                cells.add(time ? session.shown().dateAndTime(cell) : cell);
            }
            table.row(cells);
        }
        table.print(session.out());
        session.out().println("(%d %s)".formatted(rows.size(), rows.size() == 1 ? "row" : "rows"));
    }
}
