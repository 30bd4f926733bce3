package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.NormalizedPath;
import dev.meltemi.routing.Entrance;
import dev.meltemi.routing.ProxyFailure;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/// Everybody behind it, rules and application alike, sees the same path.
final class PathNormalization implements RequestFilter {
    /// Envoy's word for what ends here.
    private static final String ENDED = "path_normalization_failed";

    private static final int TEMPORARY = 307;

    @SuppressWarnings("ReferenceEquality") // the same text when nothing was escaped
    @Override
    public void onRequest(Exchange exchange, Next next) {
        Entrance entrance = exchange.table.entrance();
        String came = exchange.path;
        String path = switch (entrance.escapedSlashes()) {
            case KEEP_UNCHANGED -> came;
            case REJECT_REQUEST, UNESCAPE_AND_REDIRECT, UNESCAPE_AND_FORWARD ->
                NormalizedPath.withoutEscapedSlashes(came);
        };
        exchange.path = NormalizedPath.of(path, entrance.paths());
        if (path == came) {
            next.proceed(exchange);
            return;
        }
        switch (entrance.escapedSlashes()) {
            case KEEP_UNCHANGED, UNESCAPE_AND_FORWARD -> next.proceed(exchange);
            case REJECT_REQUEST -> refuse(exchange);
            case UNESCAPE_AND_REDIRECT -> redirect(exchange);
        }
    }

    private static void refuse(Exchange exchange) {
        LocalReply.fail(exchange, new ProxyFailure.MalformedRequest(400, ENDED));
    }

    /// gRPC's clients follow no redirects: to them it is refused, as Envoy does.
    private static void redirect(Exchange exchange) {
        if (GrpcAnswer.isAskedFor(exchange)) {
            refuse(exchange);
            return;
        }
        DecidedAnswer.closeUnlessShort(exchange);
        HttpHeaders headers = LocalReply.headers(exchange);
        String path = exchange.path;
        // two slashes at the beginning would be another host's name (RFC 3986, 4.2)
        headers.set(
                HttpHeaderNames.LOCATION,
                path.startsWith("//") ? exchange.scheme() + "://" + exchange.authority() + path : path);
        LocalReply.send(exchange, TEMPORARY, ENDED, LocalReply.NO_BODY, headers);
    }
}
