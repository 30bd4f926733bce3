package dev.meltemi.ca;

import dev.meltemi.schemas.identity.Revocation;
import dev.meltemi.schemas.identity.RootPhase;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.schemas.identity.TrustedRoot;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.Trust;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The bundle of our trust domain on `mesh.trust`. A root that stands there and isn't ours goes on being believed, as
/// RETIRING: leaves of it are in use, and are ordered to rotate.
final class TrustTopic {
    private final Authority authority;
    private TrustBundle bundle;
    private Trust believed;

    TrustTopic(Authority authority) {
        this.authority = authority;
        this.bundle = TrustBundle.newBuilder()
                .setTrustDomain(authority.trustDomain())
                .setSequence(0)
                .setRoots(List.of())
                .build();
        this.believed = authority.trust(0);
    }

    void read(TrustBundle stands) {
        if (stands.getTrustDomain().equals(authority.trustDomain()) && stands.getSequence() > bundle.getSequence()) {
            bundle = stands;
        }
    }

    /// What must be published, if anything.
    ///
    /// @param again also when nothing changed, because the topic was lost
    Optional<TrustBundle> wanted(boolean again) {
        var ours = Pem.fingerprint(authority.root());
        var roots = new ArrayList<TrustedRoot>();
        roots.add(TrustedRoot.newBuilder()
                .setFingerprint(ours)
                .setCertificate(Pem.of(List.of(authority.root())))
                .setPhase(RootPhase.SIGNING)
                .build());
        for (var root : bundle.getRoots()) {
            if (!root.getFingerprint().equals(ours)) {
                roots.add(TrustedRoot.newBuilder(root)
                        .setPhase(RootPhase.RETIRING)
                        .build());
            }
        }
        boolean news = !roots.equals(bundle.getRoots());
        if (news) {
            bundle = TrustBundle.newBuilder(bundle)
                    .setSequence(bundle.getSequence() + 1)
                    .setRoots(roots)
                    .build();
        }
        believed = new Trust(
                bundle.getTrustDomain(),
                bundle.getSequence(),
                bundle.getRoots().stream()
                        .map(root -> Pem.certificates(root.getCertificate()).getFirst())
                        .toList(),
                bundle.getRevoked().stream().map(Revocation::getSerial).collect(Collectors.toSet()));
        return news || again ? Optional.of(bundle) : Optional.empty();
    }

    TrustBundle bundle() {
        return bundle;
    }

    Trust believed() {
        return believed;
    }
}
