package dev.meltemi.spiffe;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// What proves who we are. Replaced as a whole at each renewal.
///
/// @param key never leaves the machine it was made on
/// @param chain leaf first, root left out
public record Credential(SpiffeId id, PrivateKey key, List<X509Certificate> chain) {
    public Credential {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("the chain of " + id + " is empty");
        }
    }

    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /// Lower-case hex, as everywhere in the mesh.
    public String serial() {
        return leaf().getSerialNumber().toString(16);
    }

    /// Says nothing of the key.
    @Override
    public String toString() {
        return id + " " + serial();
    }
}
