package dev.trainyard.cli.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rows in aligned columns. Columns that hold numbers only are aligned right. */
public final class Table {

    /** Of a table that goes to no terminal. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    private static final String GAP = "  ";
    private static final String CUT = "…";

    /** A column is not cut further: what is left would say nothing. */
    private static final int LEAST = 6;

    private final List<List<String>> rows = new ArrayList<>();
    private final boolean[] numbers;
    private final Set<String> whole = new HashSet<>();

    public Table(List<String> titles) {
        rows.add(List.copyOf(titles));
        numbers = new boolean[titles.size()];
        Arrays.fill(numbers, true);
    }

    /** These columns are never cut, nor are numbers. */
    public Table whole(String... titles) {
        whole.addAll(List.of(titles));
        return this;
    }

    /**
     * Adds a row.
     *
     * @param cells as many as there are titles
     */
    public void row(List<String> cells) {
        List<String> shown = new ArrayList<>(cells.size());
        for (int i = 0; i < cells.size(); i++) {
            String cell = oneLine(cells.get(i));
            shown.add(cell);
            numbers[i] &= isNumber(cell);
        }
        rows.add(shown);
    }

    /** All of it. */
    public void print(PrintStream out) {
        print(out, UNLIMITED);
    }

    /** Each line within this width: the widest columns are cut, and a line that is too long even so. */
    public void print(PrintStream out, int width) {
        int[] widths = new int[numbers.length];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        fit(widths, width);
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String cell = cut(row.get(i), widths[i]);
                String padding = " ".repeat(widths[i] - width(cell));
                line.append(i == 0 ? "" : GAP);
                line.append(numbers[i] ? padding + cell : cell + padding);
            }
            out.println(cut(line.toString().stripTrailing(), width));
        }
    }

    private void fit(int[] widths, int width) {
        long excess = (long) GAP.length() * (widths.length - 1)
                + Arrays.stream(widths).asLongStream().sum()
                - width;
        while (excess > 0) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                boolean mayBeCut = widths[i] > LEAST
                        && !numbers[i]
                        && !whole.contains(rows.getFirst().get(i));
                if (mayBeCut && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
            excess--;
        }
    }

    private static String cut(String text, int width) {
        return width(text) <= width ? text : text.substring(0, text.offsetByCodePoints(0, width - 1)) + CUT;
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    /** Whatever a cell contains, it must neither break the table nor reach the terminal as a control sequence. */
    private static String oneLine(String cell) {
        StringBuilder line = new StringBuilder(cell.length());
        cell.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return line.toString();
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
