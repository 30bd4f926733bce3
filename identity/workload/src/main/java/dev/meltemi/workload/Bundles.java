package dev.meltemi.workload;

import dev.meltemi.schemas.identity.Revocation;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.Trust;
import java.util.stream.Collectors;

/// From a record of `mesh.trust` to whom we believe.
final class Bundles {
    private Bundles() {}

    /// @throws IllegalArgumentException when a root can't be read, or there is none
    static Trust trust(TrustBundle bundle) {
        if (bundle.getRoots().isEmpty()) {
            throw new IllegalArgumentException("trust bundle " + bundle.getSequence() + " has no roots");
        }
        return new Trust(
                bundle.getTrustDomain(),
                bundle.getSequence(),
                bundle.getRoots().stream()
                        .map(root -> Pem.certificates(root.getCertificate()).getFirst())
                        .toList(),
                bundle.getRevoked().stream().map(Revocation::getSerial).collect(Collectors.toSet()));
    }
}
