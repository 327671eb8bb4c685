package dev.trainyard.cli.session;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.ShortIds;
import dev.trainyard.cli.terminal.Shown;
import dev.trainyard.cli.terminal.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Prints a list from the server. Its columns are those of a view in schema {@code history}. */
public final class Listing {

    /** Columns to drop on a narrow terminal, in this order. */
    private static final String[] DISPENSABLE = {
        "ATTEMPT ID",
        "REGISTERED",
        "FREE RETRIES",
        "NOT BEFORE",
        "VERSION",
        "OUTPUTS ROOT",
        "LAST DETAIL",
        "KIND",
        "HOST",
        "RESERVED",
        "WORKER ID",
        "QUEUED",
        "TYPE",
        "CPUS",
        "UNFIT BECAUSE",
        "UNHEALTHY BECAUSE",
        "TEAM",
        "INDEX",
        "MEMORY",
        "LAST CAUSE",
        "ATTEMPTS",
        "OFFERED",
        "RUN SLOTS",
        "LIVE ATTEMPTS",
        "LAST SEEN",
        "PRIORITY"
    };

    private final Session session;
    private final String name;

    /** @param name the path, and the name of the field in the answer */
    public Listing(Session session, String name) {
        this.session = session;
        this.name = name;
    }

    public int print(PageOptions page, WideOption wide, boolean json) {
        ServerClient server = session.server();
        String body = server.get(page.of(new Query("/" + name), null).path());
        JsonObject answer = server.parse(body);
        List<JsonObject> rows = answer.objects(name);
        if (json) {
            session.out().println(body);
        } else if (rows.isEmpty()) {
            session.say("no " + (name.equals("queue") ? "waiting jobs" : name));
        } else {
            print(rows, wide);
            PageOptions.tellOfMore(session, answer, "%d".formatted(rows.size()));
        }
        return ExitCode.OK;
    }

    private void print(List<JsonObject> rows, WideOption wide) {
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> columns.addAll(row.names()));
        Table table = new Table(columns.stream().map(Listing::title).toList())
                .whole(columns.stream()
                        .filter(Listing::isWhole)
                        .map(Listing::title)
                        .toArray(String[]::new))
                .dispensable(DISPENSABLE);
        List<List<String>> cells = new ArrayList<>();
        rows.forEach(_ -> cells.add(new ArrayList<>()));
        for (String column : columns) {
            List<String> values = rows.stream().map(row -> row.text(column)).toList();
            ShortIds ids = new ShortIds(values);
            for (int i = 0; i < values.size(); i++) {
                cells.get(i).add(cell(column, values.get(i), ids, wide.isGiven()));
            }
        }
        cells.forEach(table::row);
        wide.print(table, session);
    }

    private String cell(String column, String value, ShortIds ids, boolean whole) {
        if (column.endsWith("Id")) {
            return whole ? value : ids.of(value);
        }
        if (column.endsWith("Bytes") && value.matches("\\d{1,18}")) {
            return Shown.size(Long.parseLong(value));
        }
        if (column.endsWith("Because")) {
            return Shown.inOneLine(session.forPeople(session.shown().timesIn(value)));
        }
        return session.shown().time(value);
    }

    /** A part of an id, a number or a time would be useless. */
    private static boolean isWhole(String column) {
        return column.equals("device") || column.endsWith("Id") || column.endsWith("Bytes") || column.endsWith("At");
    }

    /** {@code memoryBytes} becomes MEMORY, {@code lastSeenAt} LAST SEEN. */
    private static String title(String column) {
        return column.replaceFirst("(Bytes|At)$", "")
                .replaceAll("([a-z])([A-Z])", "$1 $2")
                .toUpperCase(Locale.ROOT);
    }
}
