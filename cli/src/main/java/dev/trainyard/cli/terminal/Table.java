package dev.trainyard.cli.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows in aligned columns. Columns that hold numbers only are aligned right. */
public final class Table {

    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final boolean[] numbers;

    public Table(List<String> titles) {
        rows.add(List.copyOf(titles));
        numbers = new boolean[titles.size()];
        Arrays.fill(numbers, true);
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

    public void print(PrintStream out) {
        int[] widths = new int[numbers.length];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - width(row.get(i)));
                line.append(i == 0 ? "" : GAP);
                line.append(numbers[i] ? padding + row.get(i) : row.get(i) + padding);
            }
            out.println(line.toString().stripTrailing());
        }
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
