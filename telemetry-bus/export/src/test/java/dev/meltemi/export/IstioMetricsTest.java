package dev.meltemi.export;

import static dev.meltemi.export.Entries.call;
import static dev.meltemi.export.Entries.edge;
import static dev.meltemi.export.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.Edge.Reporter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class IstioMetricsTest {
    /// Istio's labels for HTTP; Prometheus' writer sorts them.
    private static final List<String> LABELS = List.of(
            "connection_security_policy",
            "destination_app",
            "destination_canonical_revision",
            "destination_canonical_service",
            "destination_cluster",
            "destination_principal",
            "destination_service",
            "destination_service_name",
            "destination_service_namespace",
            "destination_version",
            "destination_workload",
            "destination_workload_namespace",
            "grpc_response_status",
            "reporter",
            "request_protocol",
            "response_code",
            "response_flags",
            "source_app",
            "source_canonical_revision",
            "source_canonical_service",
            "source_cluster",
            "source_principal",
            "source_version",
            "source_workload",
            "source_workload_namespace");

    private Instant now = Instant.parse("2026-11-21T00:00:00Z");
    private final InstantSource clock = () -> now;
    private final IstioMetrics metrics = metrics(100);

    @Test
    void a_request_has_istios_labels_and_values() {
        metrics.count(entry(edge(Reporter.source, "productpage-v1", "127.0.13.2:9080"), 200, 2_345, 412, 709));

        String line = line("istio_requests_total");

        assertThat(Pattern.compile("(\\w+)=\"").matcher(line).results().map(found -> found.group(1)))
                .containsExactlyElementsOf(LABELS);
        assertThat(line)
                .contains("reporter=\"source\"")
                .contains("source_workload=\"productpage-v1\"")
                .contains("source_principal=\"unknown\"")
                .contains("destination_service=\"reviews.default.svc.cluster.local\"")
                .contains("destination_canonical_revision=\"v2\"")
                .contains("response_code=\"200\"")
                .contains("grpc_response_status=\"\"")
                .contains("response_flags=\"-\"")
                .endsWith(" 1.0");
    }

    @Test
    void only_the_destination_knows_how_the_connection_was_secured() {
        metrics.count(entry(edge(Reporter.source, "a", "x"), 200, 1, 1, 1));
        metrics.count(entry(edge(Reporter.destination, "a", "x"), 200, 1, 1, 1));

        assertThat(lines("istio_requests_total"))
                .anyMatch(line -> line.contains("reporter=\"source\"") && line.contains("policy=\"unknown\""))
                .anyMatch(line -> line.contains("reporter=\"destination\"") && line.contains("policy=\"none\""));
    }

    @Test
    void values_fall_into_istios_buckets_with_their_bounds_included() {
        var edge = edge(Reporter.source, "a", "x");
        metrics.count(entry(edge, 200, 500, 0, 1));
        metrics.count(entry(edge, 200, 501, 1, 3_600_001));
        metrics.count(entry(edge, 200, 4_000_000_000L, 10_000, 5));

        assertThat(bucket("istio_request_duration_milliseconds", "0.5")).isEqualTo(1);
        assertThat(bucket("istio_request_duration_milliseconds", "1.0")).isEqualTo(2);
        assertThat(bucket("istio_request_duration_milliseconds", "3600000.0")).isEqualTo(2);
        assertThat(bucket("istio_request_duration_milliseconds", "+Inf")).isEqualTo(3);
        assertThat(bucket("istio_request_bytes", "0.5")).isEqualTo(1);
        assertThat(bucket("istio_request_bytes", "10000.0")).isEqualTo(3);
        assertThat(bucket("istio_response_bytes", "5.0")).isEqualTo(2);
        assertThat(lines("istio_request_bytes_bucket")).hasSize(20);
        assertThat(line("istio_request_duration_milliseconds_sum")).endsWith(" 4000001.001");
        assertThat(line("istio_request_bytes_sum")).endsWith(" 10001.0");
        assertThat(line("istio_request_bytes_count")).endsWith(" 3");
    }

    @Test
    void messages_of_grpc_are_counted_with_the_labels_of_their_calls() {
        metrics.count(entry(edge(Reporter.source, "a", "x"), 200, 1, 1, 1));
        assertThat(lines("istio_request_messages_total")).isEmpty();
        metrics.count(call(edge(Reporter.source, "a", "x"), 1, 5));
        metrics.count(call(edge(Reporter.source, "a", "x"), 2, 0));

        assertThat(line("istio_request_messages_total"))
                .contains("source_workload=\"a\"", "grpc_response_status=\"0\"")
                .endsWith(" 3.0");
        assertThat(line("istio_response_messages_total")).endsWith(" 5.0");
    }

    @Test
    void endpoints_and_revisions_share_a_series_and_codes_do_not() {
        metrics.count(entry(edge(Reporter.source, "a", "10.0.0.1:80"), 200, 1, 1, 1));
        metrics.count(entry(edge(Reporter.source, "a", "10.0.0.2:80"), 200, 1, 1, 1));
        metrics.count(entry(edge(Reporter.source, "a", "10.0.0.2:80"), 503, 1, 1, 1));

        assertThat(lines("istio_requests_total")).hasSize(2).anyMatch(line -> line.endsWith(" 2.0"));
    }

    @Test
    void several_threads_lose_no_count() throws InterruptedException {
        var edge = edge(Reporter.source, "a", "x");
        int threads = 4;
        int each = 50_000;
        var done = new CountDownLatch(threads);
        for (int thread = 0; thread < threads; thread++) {
            Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    metrics.count(entry(edge, 200, i, 2, 3));
                }
                done.countDown();
            });
        }
        done.await();

        assertThat(line("istio_requests_total")).endsWith(" 200000.0");
        assertThat(line("istio_response_bytes_sum")).endsWith(" 600000.0");
    }

    @Test
    void callers_beyond_the_limit_are_counted_together_and_that_is_said() {
        var limited = metrics(10);
        for (int i = 0; i < 1_000; i++) {
            limited.count(entry(edge(Reporter.source, "caller-" + i, "x"), 200, 1, 1, 1));
        }

        List<String> lines = lines(limited, "istio_requests_total");

        assertThat(lines).hasSize(11);
        assertThat(lines).anyMatch(line -> line.contains("source_workload=\"unknown\"") && line.endsWith(" 990.0"));
        assertThat(lines(limited, "mesh_metrics_series_limited_total")).allMatch(line -> line.endsWith(" 990.0"));
    }

    @Test
    void a_series_that_nobody_used_for_long_is_forgotten_and_begins_again() {
        var edge = edge(Reporter.source, "a", "x");
        metrics.count(entry(edge, 200, 1, 1, 1));
        metrics.count(entry(edge, 500, 1, 1, 1));
        assertThat(lines("istio_requests_total")).hasSize(2);
        pass(Duration.ofMinutes(59));
        assertThat(lines("istio_requests_total")).hasSize(2);
        metrics.count(entry(edge, 200, 1, 1, 1));

        pass(Duration.ofMinutes(2));

        assertThat(lines("istio_requests_total"))
                .singleElement()
                .satisfies(line ->
                        assertThat(line).contains("response_code=\"200\"").endsWith(" 2.0"));
        metrics.count(entry(edge, 500, 1, 1, 1));
        assertThat(lines("istio_requests_total")).hasSize(2);
    }

    @Test
    void what_others_keep_is_read_at_each_scrape() {
        metrics.gauge("bus_connected", "Whether the broker answers", () -> 1);
        metrics.counter("mesh_telemetry_events_dropped", "Access events lost", () -> 42);

        assertThat(lines("bus_connected")).containsExactly("bus_connected 1.0");
        assertThat(lines("mesh_telemetry_events_dropped_total"))
                .containsExactly("mesh_telemetry_events_dropped_total 42.0");
        assertThat(lines("istio_build")).containsExactly("istio_build{component=\"proxy\",tag=\"1.2.3\"} 1.0");
    }

    @Test
    void open_metrics_is_for_those_who_ask() {
        metrics.count(entry(edge(Reporter.source, "a", "x"), 200, 1, 1, 1));

        Exposition open = metrics.expose("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", null);
        Exposition plain = metrics.expose("text/plain", null);

        assertThat(open.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(text(open)).contains("# TYPE istio_requests counter").endsWith("# EOF\n");
        assertThat(plain.contentType()).startsWith("text/plain; version=0.0.4");
        assertThat(text(plain)).contains("# TYPE istio_requests_total counter");
    }

    @Test
    void a_scraper_that_takes_gzip_gets_it() throws IOException {
        Exposition zipped = metrics.expose(null, "gzip");

        assertThat(zipped.contentEncoding()).isEqualTo("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes())
                .isEqualTo(metrics.expose(null, null).body());
    }

    @Test
    void label_values_from_strangers_cannot_break_a_line() {
        metrics.count(entry(edge(Reporter.source, "a\"b\\c\nd", "x"), 200, 1, 1, 1));

        assertThat(line("istio_requests_total")).contains("source_workload=\"a\\\"b\\\\c\\nd\"");
    }

    private IstioMetrics metrics(int maxSeries) {
        return new IstioMetrics(new IstioMetrics.Settings("1.2.3", maxSeries, Duration.ofHours(1)), clock);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private long bucket(String name, String bound) {
        return lines(name + "_bucket").stream()
                .filter(line -> line.contains("le=\"" + bound + "\""))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private String line(String name) {
        return lines(name).getFirst();
    }

    private List<String> lines(String name) {
        return lines(metrics, name);
    }

    private static List<String> lines(IstioMetrics metrics, String name) {
        return text(metrics.expose(null, null))
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .toList();
    }

    private static String text(Exposition exposition) {
        return new String(exposition.body(), StandardCharsets.UTF_8);
    }
}
