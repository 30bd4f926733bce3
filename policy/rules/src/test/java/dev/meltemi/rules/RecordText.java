package dev.meltemi.rules;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/// A record as people read it: YAML, without what is at its default.
final class RecordText {
    private final StringBuilder text = new StringBuilder();

    private RecordText() {}

    static String of(String title, IndexedRecord value) {
        var writer = new RecordText();
        writer.text.append(title).append(":\n");
        writer.fields(value, "  ", "  ");
        return writer.text.toString();
    }

    private void fields(IndexedRecord value, String first, String indent) {
        String start = first;
        for (Schema.Field field : value.getSchema().getFields()) {
            @Nullable Object content = value.get(field.pos());
            if (content != null && !isDefault(field, content)) {
                text.append(start).append(field.name()).append(':');
                content(content, indent);
                start = indent;
            }
        }
        if (start.equals(first) && !first.equals(indent)) {
            text.append(first).append("{}\n");
        }
    }

    private void content(Object content, String indent) {
        switch (content) {
            case IndexedRecord value -> {
                text.append('\n');
                fields(value, indent + "  ", indent + "  ");
            }
            case List<?> items
            when items.stream().anyMatch(IndexedRecord.class::isInstance) -> {
                text.append('\n');
                for (Object item : items) {
                    fields((IndexedRecord) item, indent + "- ", indent + "  ");
                }
            }
            case Map<?, ?> entries -> {
                text.append('\n');
                entries.forEach((key, value) -> {
                    text.append(indent).append("  ").append(key).append(':');
                    content(value, indent + "  ");
                });
            }
            case ByteBuffer bytes ->
                text.append(' ')
                        .append(StandardCharsets.UTF_8.decode(bytes.duplicate()))
                        .append('\n');
            default -> text.append(' ').append(content).append('\n');
        }
    }

    private static boolean isDefault(Schema.Field field, Object content) {
        return field.hasDefaultValue()
                && switch (content) {
                    case List<?> items when items.isEmpty() -> true;
                    case Map<?, ?> entries -> entries.isEmpty();
                    default ->
                        String.valueOf(GenericData.get().getDefaultValue(field)).equals(content.toString());
                };
    }
}
