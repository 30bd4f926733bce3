package dev.meltemi.loadtests;

import dev.meltemi.routing.RequestHead;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One case of the conformance data: a request in a world of resources, and what becomes of it.
///
/// @param scenario id
/// @param resources YAML stream
/// @param asked `request`, or `target` of a case about a DestinationRule
/// @param expect only the keys that are there are checked
record RoutingCase(
        String scenario, String name, String resources, Map<String, Object> asked, Map<String, Object> expect) {
    String text(String key, String otherwise) {
        return Objects.toString(asked.get(key), otherwise);
    }

    String path() {
        return text("path", "/");
    }

    int port() {
        return Integer.parseInt(text("port", "80"));
    }

    boolean byGateway() {
        return text("via", "mesh").equals("gateway");
    }

    Map<String, String> texts(String key) {
        var texts = new TreeMap<String, String>();
        map(asked.get(key)).forEach((name, value) -> texts.put(name, String.valueOf(value)));
        return texts;
    }

    @SuppressWarnings("unchecked") // YAML mappings with text keys
    static Map<String, Object> map(@Nullable Object node) {
        return node instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    static List<Map<String, Object>> maps(@Nullable Object node) {
        return node instanceof List<?> list
                ? list.stream().map(RoutingCase::map).toList()
                : List.of();
    }

    /// The data names the addressed port beside the Host header, as an intercepted connection would.
    RequestHead head() {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(texts("headers"));
        return new Head(
                text("method", "GET"),
                path(),
                text("host", "").toLowerCase(Locale.ROOT),
                text("scheme", "http"),
                headers,
                port());
    }

    record Head(
            String method, String path, String authority, String scheme, Map<String, String> headers, int listenerPort)
            implements RequestHead {
        @Override
        public @Nullable String header(String name) {
            return headers.get(name);
        }
    }

    @Override
    public String toString() {
        return scenario + ": " + name;
    }
}
