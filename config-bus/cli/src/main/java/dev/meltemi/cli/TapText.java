package dev.meltemi.cli;

import dev.meltemi.schemas.telemetry.AccessEvent;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// An access event for people: one line, or linkerd's three.
final class TapText {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private TapText() {}

    /// `12:03:25.123 productpage-v1 → reviews-v2 GET reviews:9080/reviews/0 200 - 3.2ms rule=… route=… offset=1842`.
    static String line(AccessEvent event) {
        String rule = event.getRule().isEmpty() ? "-" : event.getRule();
        return CLOCK.format(event.getStartTime()) + " " + event.getSourceWorkload() + " → " + destination(event) + " "
                + event.getMethod() + " " + event.getAuthority() + event.getPath() + " " + event.getResponseCode() + " "
                + event.getResponseFlags() + " " + milliseconds(event.getDurationUs()) + " rule=" + rule + " route="
                + event.getRouteName() + " offset=" + event.getRevisionOffset()
                + (event.getReporter().equals("source") ? "" : " reporter=" + event.getReporter());
    }

    /// @param number of the event in this output, which ties the three lines together
    static String threeLines(AccessEvent event, long number) {
        String head = "id=" + number + " proxy=" + (event.getReporter().equals("source") ? "out" : "in") + " src="
                + event.getDownstreamRemoteAddress() + " dst=" + upstream(event) + " tls="
                + event.getConnectionSecurityPolicy().equals("mutual_tls");
        return "req " + head + " :method=" + event.getMethod() + " :authority=" + event.getAuthority() + " :path="
                + event.getPath() + "\n"
                + "rsp " + head + " :status=" + event.getResponseCode() + " latency="
                + (event.getUpstreamFirstByteUs() < 0 ? "-" : event.getUpstreamFirstByteUs() + "µs") + "\n"
                + "end " + head + " duration=" + event.getDurationUs() + "µs response-length="
                + event.getResponseBytes() + "B flags=" + event.getResponseFlags() + " details="
                + event.getResponseCodeDetails();
    }

    private static String destination(AccessEvent event) {
        String workload = event.getDestinationWorkload();
        return workload.equals("unknown") ? event.getDestinationServiceName() : workload;
    }

    private static String upstream(AccessEvent event) {
        return event.getUpstreamHost().isEmpty() ? "-" : event.getUpstreamHost();
    }

    private static String milliseconds(long micros) {
        return micros < 10_000 ? "%.1fms".formatted(micros / 1000.0) : (micros + 500) / 1000 + "ms";
    }
}
