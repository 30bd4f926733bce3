package dev.meltemi.proxy.tls;

import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.X509Certificate;
import java.util.List;

/// What was read for one side of TLS.
///
/// @param own what we show, each of another kind of key; empty: nothing
/// @param authorities by which the other side's certificate is judged
/// @param revoked lists of revoked certificates; with one, every authority of a chain needs one
record TlsMaterial(List<Own> own, List<X509Certificate> authorities, List<CRL> revoked) {
    TlsMaterial {
        own = List.copyOf(own);
        authorities = List.copyOf(authorities);
        revoked = List.copyOf(revoked);
    }

    /// @param chain leaf first
    record Own(PrivateKey key, List<X509Certificate> chain) {
        Own {
            chain = List.copyOf(chain);
        }

        /// Never the key.
        @Override
        public String toString() {
            return chain.getFirst().getSubjectX500Principal().toString();
        }
    }
}
