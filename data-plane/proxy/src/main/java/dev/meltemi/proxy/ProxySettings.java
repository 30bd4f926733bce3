package dev.meltemi.proxy;

import dev.meltemi.proxy.names.NameSettings;
import dev.meltemi.proxy.overload.OverloadSettings;
import dev.meltemi.proxy.tls.Credentials;
import dev.meltemi.proxy.tls.MeshTls;
import dev.meltemi.proxy.upstream.UpstreamSettings;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// How one proxy behaves, whatever its rules say.
///
/// @param upstreamBindAddress local address of all connections that it makes, so that others can tell whose they
/// are; null: any
/// @param applicationBindAddress the same for connections to the application beside it, which may be intercepted
/// themselves
/// @param sampledPercent of the traces that begin here, 0 to 100
/// @param names how names are resolved
/// @param overload what is too much, and of what
/// @param credentials folder of the certificates and keys that rules name, see {@link Credentials}; null: none
public record ProxySettings(
        Timeouts timeouts,
        Limits limits,
        Http2Limits http2,
        @Nullable String upstreamBindAddress,
        @Nullable String applicationBindAddress,
        double sampledPercent,
        NameSettings names,
        OverloadSettings overload,
        @Nullable Path credentials) {
    /// Linkerd's fail-fast: whoever waits longer for a connection had better hear so.
    private static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(3);

    /// Envoy's edge settings, and Istio's sampling of one percent.
    public static final ProxySettings DEFAULT = new ProxySettings(
            Timeouts.DEFAULT,
            Limits.DEFAULT,
            Http2Limits.DEFAULT,
            null,
            null,
            1.0,
            NameSettings.DEFAULT,
            OverloadSettings.ofThisProcess(),
            null);

    /// @param head from the first octet of a request head to its last
    /// @param downstreamIdle between two requests of a connection
    /// @param stream without an octet in either direction while a request is under way
    /// @param upstreamIdle of a pooled connection
    /// @param halfClosed how long a caller that has closed its side is still served: it can't be told from one
    /// that left
    /// @param linger how long a closed side is still read, so that a reset doesn't destroy the answer on its way
    /// @param handshake from the first octet of a caller's ClientHello to its certificate's acceptance
    /// @param connect to an application on this machine; clusters bring their own
    public record Timeouts(
            Duration head,
            Duration downstreamIdle,
            Duration stream,
            Duration upstreamIdle,
            Duration halfClosed,
            Duration linger,
            Duration handshake,
            Duration connect) {
        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(10),
                Duration.ofHours(1),
                Duration.ofMinutes(5),
                Duration.ofHours(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
    }

    /// @param requestLine octets
    /// @param head octets of all headers together
    /// @param fields in a head, or behind a body, Envoy's `max_headers_count`; proxies on the way add some
    /// @param replay octets of a request body that are kept for another try or a mirror; a longer one gets
    /// neither
    /// @param connectionsPerEndpoint from one event loop; more requests than that wait
    /// @param waitingPerEndpoint requests of one event loop, Envoy's `max_pending_requests`; more are refused
    /// @param mirrors under way on one event loop; more are dropped
    /// @param refuseUnderscores whether a gateway refuses header names with underscores, which some applications
    /// take for dashes
    public record Limits(
            int requestLine,
            int head,
            int fields,
            int replay,
            int connectionsPerEndpoint,
            int waitingPerEndpoint,
            int mirrors,
            boolean refuseUnderscores) {
        public static final Limits DEFAULT = new Limits(8 * 1024, 60 * 1024, 100, 64 * 1024, 1024, 1024, 64, true);
    }

    public ProxySettings withUpstreamBindAddress(String address) {
        return new ProxySettings(
                timeouts, limits, http2, address, address, sampledPercent, names, overload, credentials);
    }

    public ProxySettings withApplicationBindAddress(String address) {
        return new ProxySettings(
                timeouts, limits, http2, upstreamBindAddress, address, sampledPercent, names, overload, credentials);
    }

    public ProxySettings with(Timeouts other) {
        return new ProxySettings(
                other,
                limits,
                http2,
                upstreamBindAddress,
                applicationBindAddress,
                sampledPercent,
                names,
                overload,
                credentials);
    }

    public ProxySettings with(Limits other) {
        return new ProxySettings(
                timeouts,
                other,
                http2,
                upstreamBindAddress,
                applicationBindAddress,
                sampledPercent,
                names,
                overload,
                credentials);
    }

    public ProxySettings with(Http2Limits other) {
        return new ProxySettings(
                timeouts,
                limits,
                other,
                upstreamBindAddress,
                applicationBindAddress,
                sampledPercent,
                names,
                overload,
                credentials);
    }

    public ProxySettings with(NameSettings other) {
        return new ProxySettings(
                timeouts,
                limits,
                http2,
                upstreamBindAddress,
                applicationBindAddress,
                sampledPercent,
                other,
                overload,
                credentials);
    }

    public ProxySettings with(OverloadSettings other) {
        return new ProxySettings(
                timeouts,
                limits,
                http2,
                upstreamBindAddress,
                applicationBindAddress,
                sampledPercent,
                names,
                other,
                credentials);
    }

    public ProxySettings withCredentials(@Nullable Path folder) {
        return new ProxySettings(
                timeouts,
                limits,
                http2,
                upstreamBindAddress,
                applicationBindAddress,
                sampledPercent,
                names,
                overload,
                folder);
    }

    HttpDecoderConfig decoding() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLine())
                .setMaxHeaderSize(limits.head())
                .setMaxChunkSize(64 * 1024)
                .setStrictLineParsing(true)
                .setAllowDuplicateContentLengths(false);
    }

    UpstreamSettings upstream(
            Predicate<InetSocketAddress> ownListener,
            MeshTls tls,
            Credentials files,
            @Nullable AddressResolverGroup<?> resolver) {
        return new UpstreamSettings(
                upstreamBindAddress,
                applicationBindAddress,
                limits.connectionsPerEndpoint(),
                limits.waitingPerEndpoint(),
                timeouts.upstreamIdle(),
                QUEUE_TIMEOUT,
                ownListener,
                tls,
                files,
                decoding(),
                limits.fields(),
                resolver);
    }
}
