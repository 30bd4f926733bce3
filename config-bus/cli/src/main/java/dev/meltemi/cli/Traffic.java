package dev.meltemi.cli;

import dev.meltemi.schemas.telemetry.AccessEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// The golden signals of a set of requests.
final class Traffic {
    /// An hour in microseconds; slower ones count as an hour.
    private static final long SLOWEST = Duration.ofHours(1).toNanos() / 1000;
    /// Three digits: within 0.1 % of the truth.
    private static final int DIGITS = 3;
    private static final int SERVER_ERROR = 500;

    private final Histogram latencies = new Histogram(SLOWEST, DIGITS);
    private long requests;
    private long successes;

    /// Linkerd's and Istio's success: anything but a server's error; nothing came back (0) is none.
    void add(AccessEvent event) {
        requests++;
        if (event.getResponseCode() > 0 && event.getResponseCode() < SERVER_ERROR) {
            successes++;
        }
        latencies.recordValue(Math.clamp(event.getDurationUs(), 0, SLOWEST));
    }

    long requests() {
        return requests;
    }

    /// 0 to 1.
    double success() {
        return requests == 0 ? 0 : (double) successes / requests;
    }

    double rps(Duration window) {
        return requests / (window.toNanos() / 1e9);
    }

    /// In microseconds.
    long latency(double percentile) {
        return latencies.getValueAtPercentile(percentile);
    }

    Map<String, Object> fields(Duration window) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("requests", requests);
        fields.put("success", success());
        fields.put("rps", rps(window));
        fields.put("latencyP50Us", latency(50));
        fields.put("latencyP95Us", latency(95));
        fields.put("latencyP99Us", latency(99));
        return fields;
    }

    static String percent(double share) {
        return "%.2f%%".formatted(share * 100);
    }

    static String rate(double perSecond) {
        return "%.1frps".formatted(perSecond);
    }

    /// As linkerd prints it: whole milliseconds, and microseconds below one.
    static String time(long micros) {
        return micros < 1000
                ? micros + "µs"
                : micros < 10_000 ? "%.1fms".formatted(micros / 1000.0) : (micros + 500) / 1000 + "ms";
    }
}
