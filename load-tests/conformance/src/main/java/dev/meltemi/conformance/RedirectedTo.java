package dev.meltemi.conformance;

import java.net.URI;
import java.util.Map;

/// Whether a location is the one that was expected: what a case doesn't say of it is as in the request, and a default
/// port may be left out.
record RedirectedTo(RoutingCase request) {
    boolean agrees(Map<String, Object> expected, String location) {
        URI to;
        try {
            to = URI.create(location);
        } catch (IllegalArgumentException e) {
            return false;
        }
        String scheme = Node.text(expected, "scheme", request.text("scheme", "http"));
        String host = request.host();
        int colon = host.indexOf(':');
        return scheme.equals(to.getScheme())
                && Node.text(expected, "host", colon < 0 ? host : host.substring(0, colon))
                        .equals(to.getHost())
                && Node.text(expected, "path", pathOnly()).equals(to.getPath())
                && (int) Node.number(expected.getOrDefault("port", standard(scheme)))
                        == (to.getPort() < 0 ? standard(scheme) : to.getPort());
    }

    private String pathOnly() {
        int query = request.path().indexOf('?');
        return query < 0 ? request.path() : request.path().substring(0, query);
    }

    private static int standard(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }
}
