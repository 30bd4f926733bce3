package dev.meltemi.export;

import dev.meltemi.schemas.access.Edge;
import java.util.Arrays;
import java.util.function.Function;

/// The series of one edge by how its requests ended. Few ends are common, so a scan of a small array finds them.
final class EdgeSeries {
    /// More ends than this are looked up by key each time.
    private static final int MOST = 32;

    private final Edge edge;
    private volatile End[] ends = {};

    private record End(int code, String grpcStatus, String flags, Series series) {}

    EdgeSeries(Edge edge) {
        this.edge = edge;
    }

    Series of(int code, String grpcStatus, String flags, Function<SeriesKey, Series> resolve) {
        for (End end : ends) {
            if (end.code() == code
                    && end.flags().equals(flags)
                    && end.grpcStatus().equals(grpcStatus)) {
                return end.series();
            }
        }
        Series found = resolve.apply(SeriesKey.of(edge, code, grpcStatus, flags));
        remember(new End(code, grpcStatus, flags, found));
        return found;
    }

    private synchronized void remember(End end) {
        End[] before = ends;
        if (before.length < MOST) {
            End[] more = Arrays.copyOf(before, before.length + 1);
            more[before.length] = end;
            ends = more;
        }
    }
}
