package dev.meltemi.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An HTTP/1.1 message as it stood on the wire.
///
/// @param start request line or status line
/// @param headers values by lower-case name, a line each
record LiveMessage(String start, Map<String, List<String>> headers, String body) {
    /// Nothing of ours is longer.
    private static final int LONGEST_LINE = 64 * 1024;

    /// @param hasBody false for the answer to a HEAD
    /// @return null at the end of the stream
    static @Nullable LiveMessage read(InputStream in, boolean hasBody) throws IOException {
        String start = line(in);
        if (start == null) {
            return null;
        }
        var headers = new TreeMap<String, List<String>>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IOException("no header: " + line);
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return new LiveMessage(start, headers, hasBody ? body(in, start, headers) : "");
    }

    private static String body(InputStream in, String start, Map<String, List<String>> headers) throws IOException {
        if (headers.containsKey("transfer-encoding")) {
            var body = new StringBuilder();
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                body.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
                line(in);
            }
            line(in);
            return body.toString();
        }
        String length = headers.getOrDefault("content-length", List.of("0")).getFirst();
        boolean none = start.startsWith("HTTP/1.1 204") || start.startsWith("HTTP/1.1 304");
        return none ? "" : new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
    }

    private static int chunk(InputStream in) throws IOException {
        String size = line(in);
        return size == null ? 0 : Integer.parseInt(size.split(";", 2)[0].strip(), 16);
    }

    private static @Nullable String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
            if (line.length() > LONGEST_LINE) {
                throw new IOException("a line without end");
            }
        }
        return line.toString();
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
