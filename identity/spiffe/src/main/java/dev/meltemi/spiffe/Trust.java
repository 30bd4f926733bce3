package dev.meltemi.spiffe;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/// Whom a member of a trust domain believes, as of one bundle of `mesh.trust`.
///
/// @param sequence of the bundle; grows with every change
/// @param roots all that are believed, whatever their phase
/// @param revoked serial numbers of leaves, lower-case hex
public record Trust(String trustDomain, long sequence, List<X509Certificate> roots, Set<String> revoked) {
    public Trust {
        roots = List.copyOf(roots);
        revoked = Set.copyOf(revoked);
    }
}
