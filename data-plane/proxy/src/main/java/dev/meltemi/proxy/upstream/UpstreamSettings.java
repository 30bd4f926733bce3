package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.Credentials;
import dev.meltemi.proxy.tls.MeshTls;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// How this proxy connects.
///
/// @param bindAddress local address of all connections, so that peers can tell whose they are; null: any
/// @param applicationBindAddress the same for connections to our own application
/// @param maxConnections to one endpoint from one event loop; more requests than that wait
/// @param maxWaiting requests of one event loop for one endpoint; more are refused
/// @param idleTimeout after which a pooled connection is closed
/// @param queueTimeout how long a request waits for a connection where its cluster has as many as it may
/// @param ownListener whether what is sent to an address would come back to this proxy
/// @param tls for endpoints that take mesh mTLS
/// @param resolver of endpoints that are names; null: this machine's
/// @param credentials for TLS that isn't the mesh's own
/// @param responses limits of answers: line, head, piece of a body
/// @param mostFields in the head of an answer, or behind its body
public record UpstreamSettings(
        @Nullable String bindAddress,
        @Nullable String applicationBindAddress,
        int maxConnections,
        int maxWaiting,
        Duration idleTimeout,
        Duration queueTimeout,
        Predicate<InetSocketAddress> ownListener,
        MeshTls tls,
        Credentials credentials,
        HttpDecoderConfig responses,
        int mostFields,
        @Nullable AddressResolverGroup<?> resolver) {}
