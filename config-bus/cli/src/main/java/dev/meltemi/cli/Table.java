package dev.meltemi.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// Rows under upper-case heads, columns three spaces apart, no lines, `-` for empty: kubectl's look. Never truncates.
final class Table {
    private static final String GAP = "   ";
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heads) {
        rows.add(List.of(heads));
    }

    void add(String... cells) {
        rows.add(List.of(cells));
    }

    void print(PrintWriter out) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (var row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], shown(row.get(i)).length());
            }
        }
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = shown(row.get(i));
                line.append(cell);
                if (i < columns - 1) {
                    line.repeat(' ', widths[i] - cell.length()).append(GAP);
                }
            }
            out.println(line);
        }
    }

    private static String shown(String cell) {
        return cell.isEmpty() ? "-" : cell;
    }
}
