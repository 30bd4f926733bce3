package dev.meltemi.cli;

import dev.meltemi.schemas.Codec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/// Takes out of what leaves the mesh whatever could be a key, a token, a password or a cookie. Rather too much than too
/// little: whoever reads a bug report doesn't need them.
final class Redaction {
    static final String REDACTED = "[redacted]";
    private static final String WORDS =
            "authorization|cookie|passw(?:or)?d|passphrase|secret|token|api[-_]?key|private[-_]?key|credentials";
    private static final Pattern SENSITIVE = Pattern.compile("(?i).*(?:" + WORDS + ").*");
    /// Names of things, and places where a thing is looked for, say nothing of it.
    private static final Pattern HARMLESS = Pattern.compile("(?i).*(?:name|names|headers|params|allowcredentials)$");
    private static final List<Pattern> WHOLE = List.of(
            Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)"),
            Pattern.compile("eyJ[A-Za-z0-9_-]{4,}\\.[A-Za-z0-9_-]{4,}\\.[A-Za-z0-9_-]*"),
            Pattern.compile("(?i)\\b(?:bearer|basic)\\s+[A-Za-z0-9._~+/=-]{3,}"));
    /// `name: value`, `name=value`, also within JSON and query strings; the value up to what ends it there.
    private static final Pattern PAIR = Pattern.compile(
            "(?i)([A-Za-z0-9_-]*(?:" + WORDS + ")[A-Za-z0-9_-]*\"?'?\\s*[:=]\\s*\"?'?)([^\"'\\\\\\r\\n{}\\[\\]&]+)");

    private Redaction() {}

    static boolean isSensitive(String name) {
        return SENSITIVE.matcher(name).matches() && !HARMLESS.matcher(name).matches();
    }

    static String text(String text) {
        String clean = text;
        for (var pattern : WHOLE) {
            clean = pattern.matcher(clean).replaceAll(REDACTED);
        }
        return PAIR.matcher(clean)
                .replaceAll(found -> Matcher.quoteReplacement(
                        isSensitive(found.group(1).replaceAll("[\"'\\s:=]", ""))
                                ? found.group(1) + REDACTED
                                : found.group()));
    }

    /// A document: by its tree where it has one, so that what stands below a sensitive name goes whatever it looks
    /// like.
    static String document(String text) {
        Optional<DocumentTree> tree = DocumentTree.of(text);
        if (tree.isPresent()) {
            var clean = map(tree.get().root(), false);
            if (!clean.equals(tree.get().root())) {
                return text(new DocumentTree(clean).yaml());
            }
        }
        return text(text);
    }

    private static Map<String, Object> map(Map<?, ?> map, boolean inside) {
        // {name: authorization, value: …}, as header matches and environments are written
        boolean named = isSensitive(String.valueOf(map.get("name")));
        var clean = new LinkedHashMap<String, Object>();
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            boolean secret = inside || isSensitive(name) || (named && !name.equals("name"));
            clean.put(name, value(value, secret));
        });
        return clean;
    }

    private static Object value(@Nullable Object value, boolean secret) {
        return switch (value) {
            case Map<?, ?> map -> map(map, secret);
            case List<?> list -> list.stream().map(one -> value(one, secret)).toList();
            case String text -> secret ? REDACTED : text(text);
            case null -> "";
            default -> secret && value instanceof Number ? REDACTED : value;
        };
    }

    /// A record's bytes without secrets; the value itself is not changed.
    ///
    /// @param raw as they stand on the topic
    static <V> byte[] bytes(Codec<V> codec, V value, byte[] raw, String topic) {
        return switch (value) {
            case IndexedRecord record -> {
                @SuppressWarnings("unchecked") // a copy of the same class
                V copy = (V) copy(record);
                clean((IndexedRecord) copy, false);
                yield codec.encode(copy);
            }
            default -> {
                String text = new String(raw, StandardCharsets.UTF_8);
                yield (topic.equals("config") || topic.equals("config.accepted") ? document(text) : text(text))
                        .getBytes(StandardCharsets.UTF_8);
            }
        };
    }

    private static IndexedRecord copy(IndexedRecord record) {
        return SpecificData.get().deepCopy(record.getSchema(), record);
    }

    private static void clean(IndexedRecord record, boolean inside) {
        var schema = record.getSchema();
        var name = schema.getField("name");
        boolean named = name != null && isSensitive(String.valueOf(record.get(name.pos())));
        for (var field : schema.getFields()) {
            boolean secret = inside
                    || isSensitive(field.name().toLowerCase(Locale.ROOT))
                    || (named && !field.name().equals("name"));
            Object value = record.get(field.pos());
            if (value instanceof IndexedRecord below) {
                clean(below, secret);
            } else if (value instanceof String || value instanceof Map<?, ?> || value instanceof List<?>) {
                record.put(field.pos(), element(value, secret));
            }
        }
    }

    private static Object element(Object value, boolean secret) {
        return switch (value) {
            case IndexedRecord record -> {
                clean(record, secret);
                yield record;
            }
            case String text -> secret && !text.isEmpty() ? REDACTED : text(text);
            case Map<?, ?> map -> {
                var clean = new LinkedHashMap<Object, Object>();
                map.forEach((key, one) -> clean.put(key, element(one, secret || isSensitive(String.valueOf(key)))));
                yield clean;
            }
            case List<?> list -> {
                var clean = new ArrayList<Object>();
                list.forEach(one -> clean.add(element(one, secret)));
                yield clean;
            }
            default -> value;
        };
    }
}
