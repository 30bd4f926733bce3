package dev.meltemi.export;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// One set of label values and what was counted under it: the buckets and sum of three histograms. The request
/// counter is the sum of any one's buckets, so a request costs six additions.
final class Series {
    /// The three histograms, at their place in the cells; the sums stand behind them.
    enum Histogram {
        DURATION(0),
        REQUEST_BYTES(1),
        RESPONSE_BYTES(2);

        private final int firstBucket;
        private final int sum;

        Histogram(int place) {
            firstBucket = place * Buckets.COUNT;
            sum = 3 * Buckets.COUNT + place;
        }
    }

    private final Labels labels;
    private final AtomicLongArray cells = new AtomicLongArray(3 * Buckets.COUNT + 3);
    private final LongAdder requestMessages = new LongAdder();
    private final LongAdder responseMessages = new LongAdder();
    private volatile long usedAt;

    Series(Labels labels, long now) {
        this.labels = labels;
        this.usedAt = now;
    }

    /// @param now of the clock by which idle series are evicted, as coarse as one likes
    void count(long micros, long requestBytes, long responseBytes, long now) {
        add(Histogram.DURATION, Buckets.ofMicros(micros), micros);
        add(Histogram.REQUEST_BYTES, Buckets.ofBytes(requestBytes), requestBytes);
        add(Histogram.RESPONSE_BYTES, Buckets.ofBytes(responseBytes), responseBytes);
        if (usedAt != now) {
            usedAt = now;
        }
    }

    /// Of a call of gRPC.
    void countMessages(long asked, long answered) {
        requestMessages.add(asked);
        responseMessages.add(answered);
    }

    CounterDataPointSnapshot requestMessages() {
        return new CounterDataPointSnapshot(requestMessages.sum(), labels, null, 0);
    }

    CounterDataPointSnapshot responseMessages() {
        return new CounterDataPointSnapshot(responseMessages.sum(), labels, null, 0);
    }

    /// Whether any message of gRPC was counted.
    boolean hasMessages() {
        return requestMessages.sum() + responseMessages.sum() > 0;
    }

    long usedAt() {
        return usedAt;
    }

    CounterDataPointSnapshot requests() {
        long count = 0;
        for (int i = 0; i < Buckets.COUNT; i++) {
            count += cells.get(i);
        }
        return new CounterDataPointSnapshot(count, labels, null, 0);
    }

    /// @param unit what the cells' unit is divided by: 1000 for µs told as milliseconds
    HistogramDataPointSnapshot histogram(Histogram which, double unit) {
        long[] counts = new long[Buckets.COUNT];
        for (int i = 0; i < Buckets.COUNT; i++) {
            counts[i] = cells.get(which.firstBucket + i);
        }
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(Buckets.BOUNDS, counts),
                cells.get(which.sum) / unit,
                labels,
                Exemplars.EMPTY,
                0);
    }

    private void add(Histogram histogram, int bucket, long value) {
        cells.getAndIncrement(histogram.firstBucket + bucket);
        cells.getAndAdd(histogram.sum, value);
    }
}
