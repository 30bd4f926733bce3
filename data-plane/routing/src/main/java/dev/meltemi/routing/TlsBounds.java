package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.TlsChoice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the mesh says TLS may be; what is empty is the proxy's own choice.
///
/// @param minVersion TLSV1_2, TLSV1_3 or empty
/// @param cipherSuites in OpenSSL's words, for TLS 1.2; what isn't known is left out
/// @param curves in OpenSSL's words, the preferred first
public record TlsBounds(String minVersion, List<String> cipherSuites, List<String> curves) {
    public static final TlsBounds NONE = new TlsBounds("", List.of(), List.of());

    public TlsBounds {
        cipherSuites = List.copyOf(cipherSuites);
        curves = List.copyOf(curves);
    }

    static TlsBounds of(@Nullable TlsChoice said) {
        return said == null ? NONE : new TlsBounds(said.getMinVersion(), said.getCipherSuites(), said.getEcdhCurves());
    }
}
