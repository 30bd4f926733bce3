package dev.meltemi.schemas;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/// Topics and records as Markdown.
final class Reference {
    private Reference() {}

    /// The text with what stands between `<!-- topics -->`, `<!-- roles -->` or `<!-- records -->` and the matching
    /// end replaced.
    static String into(String text) {
        return between(between(between(text, "topics", topics()), "roles", roles()), "records", records());
    }

    private static String between(String text, String name, String content) {
        var marked = Pattern.compile("(<!-- " + name + " -->\n).*?(<!-- /" + name + " -->)", Pattern.DOTALL);
        Matcher matcher = marked.matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException("the text has no <!-- " + name + " --> … <!-- /" + name + " -->");
        }
        return matcher.replaceFirst("$1" + Matcher.quoteReplacement(content) + "$2");
    }

    private static String topics() {
        var rows = new StringBuilder("""
            | topic | kept | partitions | value | written by | read by | largest |
            |---|---|---|---|---|---|---|
            """);
        for (Topic<?> topic : Topics.all()) {
            rows.append("| `%s` | %s | %d | %s %s | %s | %s | %d MiB |\n"
                    .formatted(
                            topic.name(),
                            kept(topic.retention()),
                            topic.partitions(),
                            format(topic.codec()),
                            topic.about(),
                            roles(topic.writers()),
                            roles(topic.readers()),
                            topic.maxBytes() >> 20));
        }
        return rows.toString();
    }

    private static String roles() {
        var rows = new StringBuilder("| topic |");
        var line = new StringBuilder("|---|");
        for (var role : Role.values()) {
            rows.append(' ').append(role.label()).append(" |");
            line.append("---|");
        }
        rows.append('\n').append(line).append('\n');
        for (Topic<?> topic : Topics.all()) {
            rows.append("| `").append(topic.name()).append("` |");
            for (var role : Role.values()) {
                rows.append(' ').append(rights(topic, role)).append(" |");
            }
            rows.append('\n');
        }
        return rows.toString();
    }

    private static String rights(Topic<?> topic, Role role) {
        boolean reads = topic.readers().contains(role);
        boolean writes = topic.writers().contains(role);
        return reads && writes ? "read, write" : reads ? "read" : writes ? "write" : "";
    }

    private static String kept(Retention retention) {
        return switch (retention) {
            case Retention.Compacted _ -> "newest of each key";
            case Retention.Deleted(Duration after) -> days(after);
            case Retention.CompactedAndDeleted(Duration after) -> "newest of each key, " + days(after);
        };
    }

    private static String days(Duration time) {
        return time.toDays() + (time.toDays() == 1 ? " day" : " days");
    }

    private static String format(Codec<?> codec) {
        return codec instanceof AvroCodec<?> avro
                ? "Avro `%s` (schema %d).".formatted(avro.schema().getName(), avro.id())
                : codec instanceof JsonCodec<?> ? "JSON." : "Text.";
    }

    private static String roles(Set<Role> roles) {
        return roles.stream().sorted().map(Role::label).collect(Collectors.joining(", "));
    }

    private static String records() {
        Map<String, Schema> all = new LinkedHashMap<>();
        Topics.all().stream()
                .filter(topic -> topic.codec() instanceof AvroCodec<?>)
                .forEach(topic -> gather(((AvroCodec<?>) topic.codec()).schema(), all));
        return all.values().stream().map(Reference::record).collect(Collectors.joining("\n", "\n", "\n"));
    }

    private static void gather(Schema schema, Map<String, Schema> all) {
        switch (schema.getType()) {
            case RECORD -> {
                if (all.putIfAbsent(schema.getFullName(), schema) == null) {
                    schema.getFields().forEach(field -> gather(field.schema(), all));
                }
            }
            case ARRAY -> gather(schema.getElementType(), all);
            case MAP -> gather(schema.getValueType(), all);
            case UNION -> schema.getTypes().forEach(type -> gather(type, all));
            case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
        }
    }

    private static String record(Schema schema) {
        var text = new StringBuilder("#### " + schema.getName() + "\n\n");
        if (schema.getDoc() != null) {
            text.append(plain(schema.getDoc())).append("\n\n");
        }
        text.append("| field | type | |\n|---|---|---|\n");
        schema.getFields()
                .forEach(field -> text.append("| `%s` | %s | %s |\n"
                        .formatted(field.name(), type(field.schema()), plain(field.doc() == null ? "" : field.doc()))));
        return text.toString();
    }

    private static String type(Schema schema) {
        return switch (schema.getType()) {
            case ARRAY -> "list of " + type(schema.getElementType());
            case MAP -> "map to " + type(schema.getValueType());
            case UNION ->
                schema.getTypes().stream()
                                .filter(one -> one.getType() != Schema.Type.NULL)
                                .map(Reference::type)
                                .collect(Collectors.joining(" or "))
                        + ", or null";
            case ENUM -> String.join(", ", List.copyOf(schema.getEnumSymbols()));
            case RECORD -> schema.getName();
            case LONG, INT, STRING, BYTES, FLOAT, DOUBLE, BOOLEAN, NULL, FIXED ->
                schema.getLogicalType() == null
                        ? schema.getName()
                        : schema.getLogicalType().getName();
        };
    }

    /// On one line, with nothing that a table would take for its own.
    private static String plain(String doc) {
        return doc.replaceAll("\\s+", " ").replace("|", "\\|").strip();
    }
}
