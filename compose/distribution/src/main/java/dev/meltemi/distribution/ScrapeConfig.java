package dev.meltemi.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a Prometheus needs to scrape the demo: `prometheus --config.file=DIR/prometheus.yml`.
final class ScrapeConfig {
    private ScrapeConfig() {}

    /// @param targets `address:port`
    static void write(Path folder, List<String> targets) {
        String list = String.join(
                ", ", targets.stream().map(target -> '"' + target + '"').toList());
        try {
            Files.writeString(folder.resolve("prometheus.yml"), """
                global:
                  scrape_interval: 5s
                scrape_configs:
                - job_name: meltemi
                  metrics_path: /stats/prometheus
                  static_configs:
                  - targets: [%s]
                """.formatted(list));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
