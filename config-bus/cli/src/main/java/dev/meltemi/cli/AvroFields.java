package dev.meltemi.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/// A flat Avro record under the names of its schema; times as RFC 3339.
final class AvroFields {
    private AvroFields() {}

    static Map<String, Object> of(SpecificRecord event) {
        var fields = new LinkedHashMap<String, Object>();
        for (var field : event.getSchema().getFields()) {
            Object value = event.get(field.pos());
            fields.put(field.name(), value instanceof Instant time ? time.toString() : value);
        }
        return fields;
    }
}
