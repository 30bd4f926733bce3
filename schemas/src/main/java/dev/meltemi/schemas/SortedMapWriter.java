package dev.meltemi.schemas;

import java.util.Comparator;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificDatumWriter;

/// Writes the entries of a map in the order of their keys, so that equal records give equal bytes: Avro leaves the
/// order to the map, and two equal maps may differ in it.
final class SortedMapWriter<T> extends SpecificDatumWriter<T> {
    private static final Comparator<Map.Entry<Object, Object>> BY_KEY =
            Comparator.comparing(entry -> entry.getKey().toString());

    SortedMapWriter(Schema schema) {
        super(schema);
    }

    @Override
    protected Iterable<Map.Entry<Object, Object>> getMapEntries(Object map) {
        @SuppressWarnings("unchecked") // Avro's maps are of CharSequence to anything
        var entries = ((Map<Object, Object>) map).entrySet();
        return entries.size() < 2 ? entries : entries.stream().sorted(BY_KEY).toList();
    }
}
