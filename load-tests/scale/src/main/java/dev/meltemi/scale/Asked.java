package dev.meltemi.scale;

import dev.meltemi.routing.RequestHead;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request as a sidecar's application sends it.
record Asked(String authority, String path, Map<String, String> headers) implements RequestHead {
    @Override
    public String method() {
        return "GET";
    }

    @Override
    public String scheme() {
        return "http";
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public int listenerPort() {
        return 0;
    }
}
