package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.EscapedSlashes;
import dev.meltemi.schemas.compiled.Settings;
import org.jspecify.annotations.Nullable;

/// What the mesh says of requests that come in, before any rule sees them.
///
/// @param escapedSlashes what becomes of `%2F` and `%5C` in a path, before it is normalized
/// @param trustedProxies in front of a gateway, each of which has appended to X-Forwarded-For whom it heard
/// @param certificate what a gateway makes of X-Forwarded-Client-Cert
public record Entrance(
        Paths paths, EscapedSlashes escapedSlashes, int trustedProxies, ForwardedCertificate certificate) {
    static final Entrance NOTHING_SAID =
            new Entrance(Paths.BASE, EscapedSlashes.KEEP_UNCHANGED, 0, ForwardedCertificate.SANITIZE_SET);

    /// How a path is normalized, as Istio's mesh config has it.
    public enum Paths {
        NONE,
        /// RFC 3986, 6.2.2: dot segments, `\`, percent-encoded unreserved characters.
        BASE,
        /// And several slashes are one.
        MERGE_SLASHES,
        /// And `%2F` and `%5C` are slashes, too.
        DECODE_AND_MERGE_SLASHES
    }

    /// Envoy's words. Without a caller's certificate all but the last take the header away.
    public enum ForwardedCertificate {
        SANITIZE,
        FORWARD_ONLY,
        APPEND_FORWARD,
        SANITIZE_SET,
        ALWAYS_FORWARD_ONLY
    }

    static Entrance of(@Nullable Settings mesh) {
        return mesh == null
                ? NOTHING_SAID
                : new Entrance(
                        paths(mesh),
                        mesh.getEscapedSlashes(),
                        Math.max(0, mesh.getTrustedProxies()),
                        certificate(mesh));
    }

    private static Paths paths(Settings mesh) {
        return switch (mesh.getPathNormalization()) {
            case NONE -> Paths.NONE;
            case UNSET, BASE -> Paths.BASE;
            case MERGE_SLASHES -> Paths.MERGE_SLASHES;
            case DECODE_AND_MERGE_SLASHES -> Paths.DECODE_AND_MERGE_SLASHES;
        };
    }

    private static ForwardedCertificate certificate(Settings mesh) {
        return switch (mesh.getForwardedCertificate()) {
            case SANITIZE -> ForwardedCertificate.SANITIZE;
            case FORWARD_ONLY -> ForwardedCertificate.FORWARD_ONLY;
            case APPEND_FORWARD -> ForwardedCertificate.APPEND_FORWARD;
            case UNSET, SANITIZE_SET -> ForwardedCertificate.SANITIZE_SET;
            case ALWAYS_FORWARD_ONLY -> ForwardedCertificate.ALWAYS_FORWARD_ONLY;
        };
    }
}
