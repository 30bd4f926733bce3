package dev.meltemi.schemas;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/// Makes records that are kept for long, and are much alike, take less room: what is empty is shared, small maps take
/// no more than they need, and a short text that came before isn't kept twice. Lists and maps may not be changed
/// afterwards.
final class SharedParts {
    /// Slots, a power of two; a text takes another's place, so that the table never grows.
    private static final int SLOTS = 4096;

    private static final int SHORT_TEXT = 128;

    /// Read and written without a lock: a lost entry costs a copy and nothing else.
    private final @Nullable String[] texts = new String[SLOTS];

    /// @param record changed in place
    @SuppressWarnings("ReferenceEquality") // whether there is anything to replace
    void share(SpecificRecord record) {
        List<Schema.Field> fields = record.getSchema().getFields();
        for (int i = 0; i < fields.size(); i++) {
            Object value = record.get(i);
            Object shared = shared(value);
            if (shared != value) {
                record.put(i, shared);
            }
        }
    }

    private @Nullable Object shared(@Nullable Object value) {
        return switch (value) {
            case String text -> shared(text);
            case SpecificRecord record -> {
                share(record);
                yield record;
            }
            case List<?> list -> shared(list);
            case Map<?, ?> map -> shared(map);
            case null, default -> value;
        };
    }

    private String shared(String text) {
        if (text.length() > SHORT_TEXT) {
            return text;
        }
        int hash = text.hashCode();
        int slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
        String before = texts[slot];
        if (before != null && before.equals(text)) {
            return before;
        }
        texts[slot] = text;
        return text;
    }

    private List<?> shared(List<?> list) {
        return List.copyOf(
                list.stream().map(this::shared).map(Objects::requireNonNull).toList());
    }

    private Map<?, ?> shared(Map<?, ?> map) {
        if (map.containsValue(null)) {
            return map;
        }
        var all = new HashMap<Object, Object>();
        map.forEach((key, value) -> all.put(shared((Object) key), shared((Object) value)));
        return Map.copyOf(all);
    }
}
