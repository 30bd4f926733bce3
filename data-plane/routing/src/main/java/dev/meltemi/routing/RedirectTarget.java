package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.Redirect;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where a redirect sends the caller: what the rule doesn't name stays as in the request.
///
/// @param path in full; null: the request's
/// @param prefix of the path that replaces the matched one; null: none
/// @param port 0: the one in the caller's authority, none when the rule names another host
/// @param responseEdits of the rule
record RedirectTarget(
        Route route,
        Edge.Service service,
        int status,
        MatchedPath matched,
        @Nullable String path,
        @Nullable String prefix,
        @Nullable String authority,
        @Nullable String scheme,
        int port,
        HeaderEdits responseEdits) {
    static RedirectTarget of(
            Redirect redirect,
            Route route,
            Edge.Service service,
            MatchedPath matched,
            int listenerPort,
            HeaderEdits responseEdits) {
        return new RedirectTarget(
                route,
                service,
                redirect.getCode(),
                matched,
                redirect.getUri(),
                redirect.getPrefixRewrite(),
                redirect.getAuthority(),
                redirect.getScheme(),
                redirect.getPortFromRequest() ? listenerPort : redirect.getPort(),
                responseEdits);
    }

    Decision decide(RequestHead request) {
        String newScheme = scheme == null ? request.scheme() : scheme;
        String host = authority == null ? callersHost(request, newScheme) : authority;
        String location = newScheme + "://" + host + portText(newScheme) + newPath(request.path());
        return new Decision.Redirect(route, service, status, location, responseEdits);
    }

    /// The caller's authority without a port that wouldn't fit any more: one that the rule replaces, or the old
    /// scheme's default (Envoy's `processRequestHost`).
    private String callersHost(RequestHead request, String newScheme) {
        String asked = request.authority();
        int colon = asked.lastIndexOf(':');
        if (colon < 0 || asked.endsWith("]")) {
            return asked;
        }
        String oldDefault = ":" + defaultPort(request.scheme());
        boolean stale = !newScheme.equals(request.scheme()) && asked.endsWith(oldDefault);
        return port != 0 || stale ? asked.substring(0, colon) : asked;
    }

    private String portText(String newScheme) {
        return port == 0 || port == defaultPort(newScheme) ? "" : ":" + port;
    }

    private static int defaultPort(String scheme) {
        return scheme.toLowerCase(Locale.ROOT).equals("https") ? 443 : 80;
    }

    private String newPath(String asked) {
        if (path != null) {
            int query = path.indexOf('?') >= 0 ? -1 : asked.indexOf('?');
            return query < 0 ? path : path + asked.substring(query);
        }
        return prefix == null ? asked : matched.replace(asked, prefix);
    }
}
