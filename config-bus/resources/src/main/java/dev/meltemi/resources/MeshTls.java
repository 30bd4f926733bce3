package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;

/// What TLS may be: the mesh's own, and all other that says nothing itself.
public record MeshTls(Choice mesh, Choice others) {
    /// Empty is the proxy's own choice.
    ///
    /// @param minVersion TLSV1_2 or TLSV1_3
    /// @param cipherSuites in OpenSSL's words
    /// @param curves in OpenSSL's words, the preferred first
    public record Choice(String minVersion, List<String> cipherSuites, List<String> curves) {
        public Choice {
            cipherSuites = List.copyOf(cipherSuites);
            curves = List.copyOf(curves);
        }

        public boolean saysNothing() {
            return minVersion.isEmpty() && cipherSuites.isEmpty() && curves.isEmpty();
        }
    }

    /// @param spec of a MeshConfig
    static MeshTls read(Part spec) {
        return new MeshTls(choice(spec.at("meshMTLS")), choice(spec.at("tlsDefaults")));
    }

    private static Choice choice(Part tls) {
        String version = tls.text("minProtocolVersion");
        return new Choice(
                version.equals("TLS_AUTO") ? "" : version, tls.texts("cipherSuites"), tls.texts("ecdhCurves"));
    }
}
