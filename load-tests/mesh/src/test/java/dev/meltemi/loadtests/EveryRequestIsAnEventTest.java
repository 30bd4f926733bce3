package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.AccessEvent;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The traffic comes back as events: one a request and proxy, with who called whom, by which rule and revision.
@ExtendWith(DemoExtension.class)
class EveryRequestIsAnEventTest {
    private final RunningDemo demo;

    EveryRequestIsAnEventTest(RunningDemo demo) {
        this.demo = demo;
    }

    @Test
    void one_request_is_seen_by_every_proxy_on_its_way() {
        String trace = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE))
                + "0123456789abcdef";
        var seen = new CopyOnWriteArrayList<AccessEvent>();
        var following = demo.bus().follow(List.of(Topics.ACCESS)).subscribe(event -> {
            if (event instanceof TopicEvent.Put<?> put
                    && put.value() instanceof AccessEvent access
                    && access.getTraceId().equals(trace)) {
                seen.add(access);
            }
        });

        demo.get(demo.gateway() + "/api/v1/products/0/reviews", "traceparent", "00-" + trace + "-00000000000000ff-01");

        // gateway → productpage → reviews: each edge told by both its ends
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> told(seen, "source", "istio-ingressgateway")
                        && told(seen, "destination", "istio-ingressgateway")
                        && told(seen, "source", "productpage-v1")
                        && told(seen, "destination", "productpage-v1"));
        following.dispose();
        assertThat(seen).anySatisfy(event -> {
            assertThat(event.getReporter()).isEqualTo("source");
            assertThat(event.getSourceWorkload()).isEqualTo("istio-ingressgateway");
            assertThat(event.getDestinationWorkload()).isEqualTo("productpage-v1");
            assertThat(event.getDestinationService()).isEqualTo("productpage.default.svc.cluster.local");
            assertThat(event.getResponseCode()).isEqualTo(200);
            assertThat(event.getRule()).isEqualTo("VirtualService/default/bookinfo");
            assertThat(event.getRevisionOffset()).isNotNegative();
        });
        assertThat(seen).anySatisfy(event -> {
            assertThat(event.getReporter()).isEqualTo("destination");
            assertThat(event.getSourceWorkload()).isEqualTo("productpage-v1");
            assertThat(event.getDestinationCanonicalService()).isEqualTo("reviews");
            assertThat(event.getResponseFlags()).isEqualTo("-");
        });
    }

    private static boolean told(List<AccessEvent> seen, String reporter, String source) {
        return seen.stream()
                .anyMatch(event -> event.getReporter().equals(reporter)
                        && event.getSourceWorkload().equals(source));
    }

    @Test
    void metrics_have_istios_names() {
        demo.get(demo.gateway() + "/productpage");

        var metrics = demo.get("http://" + demo.firstProxyAddress() + ":15020/stats/prometheus")
                .body();

        assertThat(metrics)
                .contains("istio_requests_total{")
                .contains("reporter=\"destination\"")
                .contains("istio_request_duration_milliseconds_bucket{")
                .contains("istio_build{");
    }
}
