package dev.meltemi.export;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// Metrics as the body of an answer.
///
/// @param contentEncoding `gzip`, or null for none
@SuppressWarnings("ArrayRecordComponent") // handed to the network as it is
public record Exposition(String contentType, @Nullable String contentEncoding, byte[] body) {
    private static final ExpositionFormatWriter OPEN_METRICS = OpenMetricsTextFormatWriter.create();
    private static final ExpositionFormatWriter TEXT = PrometheusTextFormatWriter.create();

    /// Written straight through the compression: a series is 50 KB of text, and 1 KB behind it.
    public static Exposition of(MetricSnapshots snapshots, @Nullable String accept, @Nullable String acceptEncoding) {
        ExpositionFormatWriter writer = accept != null && OPEN_METRICS.accepts(accept) ? OPEN_METRICS : TEXT;
        boolean gzip = acceptEncoding != null && acceptEncoding.contains("gzip");
        var bytes = new ByteArrayOutputStream(1 << 14);
        try (OutputStream out = gzip ? new GZIPOutputStream(bytes, 1 << 13) : bytes) {
            writer.write(out, snapshots);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new Exposition(writer.getContentType(), gzip ? "gzip" : null, bytes.toByteArray());
    }
}
