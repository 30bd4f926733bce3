package dev.meltemi.resources.shape;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Guesses what somebody meant to write.
public final class Suggestion {
    /// Longer names are no typing mistakes, and comparing them costs.
    private static final int MAX_LENGTH = 48;

    private Suggestion() {}

    /// `did you mean "timeout"?`, or null when nothing is near.
    public static @Nullable String among(Collection<String> names, String written) {
        if (written.length() > MAX_LENGTH) {
            return null;
        }
        String wanted = plain(written);
        String best = null;
        int bestDistance = 1 + Math.max(1, Math.min(3, wanted.length() / 3));
        for (String name : names) {
            int distance = distance(plain(name), wanted);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = name;
            }
        }
        return best == null ? null : "did you mean \"" + best + "\"?";
    }

    /// Case, `_` and `-` are what people mistake most: `per_try_timeout` is `perTryTimeout`.
    private static String plain(String name) {
        return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 ? j : j == 0 ? i : step(d, a, b, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(int[][] d, String a, String b, int i, int j) {
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best = Math.min(d[i - 1][j - 1] + same, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }
}
