package dev.trainyard.cli.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Prints rows in aligned columns. Columns of numbers are aligned right. */
public final class Table {

    /** The width of a table that is not printed on a terminal. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    private static final String GAP = "  ";
    private static final String CUT = "…";

    /** The smallest width to which a column is cut. */
    private static final int LEAST = 6;

    /** Dispensable columns are dropped before other columns are cut below this width. */
    private static final int READABLE = 10;

    private final List<List<String>> rows = new ArrayList<>();
    private final boolean[] numbers;
    private final Set<String> whole = new HashSet<>();
    private final List<String> dispensable = new ArrayList<>();
    private boolean wrapped;

    public Table(List<String> titles) {
        rows.add(List.copyOf(titles));
        numbers = new boolean[titles.size()];
        Arrays.fill(numbers, true);
    }

    /** Never cuts these columns. Columns of numbers are not cut, either. */
    public Table whole(String... titles) {
        whole.addAll(List.of(titles));
        return this;
    }

    /** Drops these columns, in this order, if the columns would become too narrow. */
    public Table dispensable(String... titles) {
        dispensable.addAll(List.of(titles));
        return this;
    }

    /** Wraps long cells to further lines instead of cutting them. */
    public Table wrapped() {
        wrapped = true;
        return this;
    }

    /**
     * Adds a row.
     *
     * @param cells one for each title
     */
    public void row(List<String> cells) {
        List<String> shown = new ArrayList<>(cells.size());
        for (int i = 0; i < cells.size(); i++) {
            // The content of a cell must not break the table.
            String cell = ControlCharacters.inOneLine(cells.get(i));
            shown.add(cell);
            numbers[i] &= isNumber(cell);
        }
        rows.add(shown);
    }

    /** Prints the complete table. */
    public void print(PrintStream out) {
        print(out, UNLIMITED);
    }

    /** Prints lines of at most this width in terminal cells: drops dispensable columns, then cuts the widest columns, then the whole line. */
    public void print(PrintStream out, int width) {
        int[] widths = new int[numbers.length];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], CellWidth.of(row.get(i)));
            }
        }
        List<Integer> columns = columns(widths, width);
        fit(widths, columns, width);
        for (List<String> row : rows) {
            List<List<String>> cells = new ArrayList<>();
            for (int i = 0; i < widths.length; i++) {
                cells.add(wrapped ? lines(row.get(i), widths[i]) : List.of(cut(row.get(i), widths[i])));
            }
            int height =
                    columns.stream().mapToInt(i -> cells.get(i).size()).max().orElse(1);
            for (int n = 0; n < height; n++) {
                out.println(cut(line(cells, n, widths, columns), width));
            }
        }
    }

    private String line(List<List<String>> cells, int n, int[] widths, List<Integer> columns) {
        StringBuilder line = new StringBuilder();
        for (int i : columns) {
            String cell = n < cells.get(i).size() ? cells.get(i).get(n) : "";
            String padding = " ".repeat(Math.max(0, widths[i] - CellWidth.of(cell)));
            line.append(i == columns.getFirst() ? "" : GAP);
            line.append(numbers[i] ? padding + cell : cell + padding);
        }
        return line.toString().stripTrailing();
    }

    /** The columns that are shown. */
    private List<Integer> columns(int[] widths, int width) {
        List<Integer> columns = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            columns.add(i);
        }
        int[] readable = widths.clone();
        for (int i = 0; i < widths.length; i++) {
            readable[i] = mayBeCut(i) ? Math.min(READABLE, widths[i]) : widths[i];
        }
        for (String title : dispensable) {
            if (excess(readable, columns, width) > 0) {
                columns.remove((Integer) rows.getFirst().indexOf(title));
            }
        }
        return columns;
    }

    private void fit(int[] widths, List<Integer> columns, int width) {
        for (long excess = excess(widths, columns, width); excess > 0; excess--) {
            int widest = -1;
            for (int i : columns) {
                if (mayBeCut(i) && widths[i] > LEAST && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
        }
    }

    private boolean mayBeCut(int column) {
        return !numbers[column] && !whole.contains(rows.getFirst().get(column));
    }

    private static long excess(int[] widths, List<Integer> columns, int width) {
        return (long) GAP.length() * (columns.size() - 1)
                + columns.stream().mapToLong(column -> widths[column]).sum()
                - width;
    }

    private static String cut(String text, int width) {
        return CellWidth.of(text) <= width ? text : CellWidth.head(text, width - 1) + CUT;
    }

    /** Breaks at blanks if possible. */
    private static List<String> lines(String cell, int width) {
        List<String> lines = new ArrayList<>();
        String rest = cell;
        while (CellWidth.of(rest) > width) {
            String head = CellWidth.head(rest, width);
            int blank = rest.startsWith(" ", head.length()) ? head.length() : head.lastIndexOf(' ');
            int end = blank > 0 ? blank : Math.max(head.length(), Character.charCount(rest.codePointAt(0)));
            lines.add(rest.substring(0, end).stripTrailing());
            rest = rest.substring(end).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    private static boolean isNumber(String cell) {
        for (int i = 0; i < cell.length(); i++) {
            char c = cell.charAt(i);
            if ((c < '0' || c > '9') && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }
}
