package dev.meltemi.cli;

import dev.meltemi.routing.RequestHead;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A request as somebody describes it.
///
/// @param headers by name without regard to case
/// @param listenerPort as {@link RequestHead#listenerPort}
record ExplainedRequest(
        String method, String path, String authority, String scheme, Map<String, String> headers, int listenerPort)
        implements RequestHead {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /// @param words `[METHOD] URL`
    /// @param headers `name: value`
    /// @param gatewayPort at which a gateway is called, 0: as the URL says; null: a sidecar is called by authority
    static ExplainedRequest of(List<String> words, List<String> headers, @Nullable Integer gatewayPort) {
        String method = words.size() < 2 ? "GET" : words.getFirst().toUpperCase(Locale.ROOT);
        URI url = url(words.getLast());
        var byName = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon <= 0) {
                throw new CommandFailure(ExitCode.USAGE, "\"" + header + "\" is no header: expected 'name: value'");
            }
            byName.merge(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip(),
                    (one, other) -> one + "," + other);
        }
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        String authority = byName.containsKey("host") ? byName.get("host") : url.getRawAuthority();
        int standard = scheme.equals("https") ? HTTPS : HTTP;
        int named = url.getPort() < 0 ? standard : url.getPort();
        int port = gatewayPort == null ? 0 : gatewayPort == 0 ? named : gatewayPort;
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return new ExplainedRequest(
                method,
                url.getRawQuery() == null ? path : path + "?" + url.getRawQuery(),
                authority,
                scheme,
                byName,
                port);
    }

    private static URI url(String text) {
        try {
            URI url = URI.create(text.contains("://") ? text : "http://" + text);
            if (url.getRawAuthority() != null && List.of("http", "https").contains(url.getScheme())) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            throw notAnUrl(text);
        }
        throw notAnUrl(text);
    }

    private static CommandFailure notAnUrl(String text) {
        return new CommandFailure(
                ExitCode.USAGE,
                "\"" + text + "\" is no URL: expected http://HOST[:PORT]/PATH, say http://reviews:9080/");
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public String toString() {
        return method + " " + scheme + "://" + authority + path;
    }
}
