package dev.meltemi.export;

/// The bounds that Istio's histograms have, for milliseconds and for bytes alike (Envoy's default buckets; 19
/// finite ones and infinity).
final class Buckets {
    static final double[] BOUNDS = {
        0.5,
        1,
        5,
        10,
        25,
        50,
        100,
        250,
        500,
        1_000,
        2_500,
        5_000,
        10_000,
        30_000,
        60_000,
        300_000,
        600_000,
        1_800_000,
        3_600_000,
        Double.POSITIVE_INFINITY
    };
    static final int COUNT = BOUNDS.length;

    private static final long[] MICROS = scaled(1000);
    private static final long[] BYTES = scaled(1);

    private Buckets() {}

    /// Index of the bucket of a duration in µs.
    static int ofMicros(long micros) {
        return index(MICROS, micros);
    }

    static int ofBytes(long bytes) {
        return index(BYTES, bytes);
    }

    /// Most values are small, so the scan from below ends early.
    private static int index(long[] bounds, long value) {
        int i = 0;
        while (value > bounds[i]) {
            i++;
        }
        return i;
    }

    private static long[] scaled(int factor) {
        long[] scaled = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            scaled[i] = (long) (BOUNDS[i] * factor); // infinity becomes Long.MAX_VALUE
        }
        return scaled;
    }
}
