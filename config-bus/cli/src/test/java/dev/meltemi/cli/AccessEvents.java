package dev.meltemi.cli;

import dev.meltemi.schemas.telemetry.AccessEvent;
import java.time.Instant;
import org.apache.avro.Schema;

/// Events of requests to `reviews`, told by `productpage-v1`.
final class AccessEvents {
    private final AccessEvent event = blank();

    private static AccessEvent blank() {
        var blank = new AccessEvent();
        for (Schema.Field field : AccessEvent.getClassSchema().getFields()) {
            blank.put(
                    field.pos(),
                    switch (field.schema().getType()) {
                        case STRING -> "";
                        case INT -> 0;
                        case LONG -> field.schema().getLogicalType() == null ? 0L : Operator.NOW;
                        default -> throw new IllegalStateException("no blank for " + field);
                    });
        }
        return blank;
    }

    static AccessEvents toReviews(String path, int status) {
        return new AccessEvents()
                .with("reporter", "source")
                .with("source_workload", "productpage-v1")
                .with("source_workload_namespace", "default")
                .with("destination_workload", "reviews-v2")
                .with("destination_service_name", "reviews")
                .with("destination_service_namespace", "default")
                .with("method", "GET")
                .with("authority", "reviews:9080")
                .with("path", path)
                .with("response_code", status)
                .with("response_flags", "-")
                .with("duration_us", 3_200L)
                .with("upstream_first_byte_us", 2_900L)
                .with("route_name", "reviews.all")
                .with("rule", "VirtualService/default/reviews")
                .with("revision_offset", 1842L)
                .with("request_id", "id" + path);
    }

    AccessEvents with(String field, Object value) {
        event.put(AccessEvent.getClassSchema().getField(field).pos(), value);
        return this;
    }

    AccessEvents at(Instant time) {
        return with("start_time", time);
    }

    AccessEvent event() {
        return event;
    }
}
