package dev.meltemi.conformance;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A message as it came, whichever protocol carried it.
///
/// @param start request line or status line, as HTTP/1.1 writes it
/// @param headers values by lower-case name, a line each; trailers are among them
record LiveMessage(String start, Map<String, List<String>> headers, String body) {
    static LiveMessage of(FullHttpRequest request) {
        return new LiveMessage(
                request.method() + " " + request.uri() + " " + request.protocolVersion(),
                headers(request.headers(), request.trailingHeaders()),
                request.content().toString(StandardCharsets.UTF_8));
    }

    static LiveMessage of(FullHttpResponse answer) {
        return new LiveMessage(
                answer.protocolVersion() + " " + answer.status().code(),
                headers(answer.headers(), answer.trailingHeaders()),
                answer.content().toString(StandardCharsets.UTF_8));
    }

    /// A line on a connection that carries anything.
    ///
    /// @param name of the header that the line stands for
    static LiveMessage ofLine(String name, String line) {
        return new LiveMessage("TCP 0", Map.of(name, List.of(line.strip())), "");
    }

    private static Map<String, List<String>> headers(HttpHeaders head, HttpHeaders trailers) {
        var headers = new TreeMap<String, List<String>>();
        for (HttpHeaders fields : List.of(head, trailers)) {
            fields.forEach(
                    field -> headers.computeIfAbsent(field.getKey().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                            .add(field.getValue()));
        }
        return headers;
    }

    int status() {
        return Integer.parseInt(start.split(" ", 3)[1]);
    }

    String path() {
        return start.split(" ", 3)[1];
    }

    String header(String name) {
        return String.join(",", headers.getOrDefault(name, List.of()));
    }
}
