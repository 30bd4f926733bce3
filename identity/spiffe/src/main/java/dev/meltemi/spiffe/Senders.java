package dev.meltemi.spiffe;

import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whom a reader believes on topics that many may write: a record is believed when its sender's leaf proves a
/// member of the mesh, the signature fits, the sender speaks for itself under a key of its own, and it isn't an
/// old record sent again. Kept by one thread, fed with the records in their order.
///
/// Certificates are judged as of the broker's time of the record, not as of now: a reader that begins later
/// comes to the same conclusions.
///
/// The route-compiler may withdraw anybody: it removes the dead, whose own tombstones nobody will send.
public final class Senders {
    /// Between signing and the broker's stamp: a producer's retries (2 min), and clocks that are 5 min apart.
    private static final Duration LONGEST_WAY = Duration.ofMinutes(10);
    /// Instances that are gone and whose keys are still theirs.
    private static final int MOST_GONE = 10_000;
    /// Senders whose chains needn't be validated again; more than a mesh has sidecars.
    private static final int MOST_PROVEN = 16_384;

    private final Trust trust;
    private final SpiffeId remover;
    private final Map<String, Owned> owned = new HashMap<>();
    private final Map<String, Owned> gone = bounded(MOST_GONE);
    private final Map<ByteBuffer, Proof> proven = bounded(MOST_PROVEN);

    /// Who a record says that it is from.
    ///
    /// @param instance that it is about, which is its key
    /// @param serviceAccount empty: the namespace's `default`
    public record Claim(String instance, String namespace, String serviceAccount) {}

    /// A key, whose it is and what was believed of it last.
    ///
    /// @param last its owner's newest by topic
    /// @param present topics that hold a record of it
    private record Owned(SpiffeId owner, Map<String, Last> last, Set<String> present) {}

    /// @param signed by the owner's clock
    /// @param taken by the broker's
    private record Last(Instant signed, Instant taken) {}

    /// A chain that leads to a root we believe, between two instants.
    private record Proof(SpiffeId id, X509Certificate leaf, Instant from, Instant until) {}

    /// @param remover who may withdraw anybody
    public Senders(Trust trust, SpiffeId remover) {
        this.trust = trust;
        this.remover = remover;
    }

    /// The same, from now on with other trust: what was believed stays known, every chain is validated anew.
    public Senders believing(Trust now) {
        var next = new Senders(now, remover);
        next.owned.putAll(owned);
        next.gone.putAll(gone);
        return next;
    }

    /// @param topic without the mesh's prefix
    /// @param value null: a tombstone
    /// @param signature null: there is none
    /// @param claim of the value, null for a tombstone
    /// @param taken the broker's time of the record
    public Belief judge(
            String topic,
            String key,
            byte @Nullable [] value,
            @Nullable RecordSignature signature,
            @Nullable Claim claim,
            Instant taken) {
        if (signature == null) {
            return new Belief.Ignored(Belief.Reason.UNSIGNED, "nobody signed it, and this mesh requires signatures");
        }
        Proof sender;
        try {
            sender = proof(signature, taken);
        } catch (CertificateException e) {
            return new Belief.Ignored(Belief.Reason.UNPROVEN, String.valueOf(e.getMessage()));
        }
        if (!signature.fits(sender.leaf(), topic, key, value)) {
            return new Belief.Ignored(
                    Belief.Reason.FORGED,
                    "the signature of " + sender.id() + " is of another record, or it was changed");
        }
        if (Duration.between(signature.at(), taken).abs().compareTo(LONGEST_WAY) > 0) {
            return new Belief.Ignored(
                    Belief.Reason.REPLAYED,
                    sender.id() + " signed it at " + signature.at() + ", but it came at " + taken
                            + ": an old record sent again, or a clock that is wrong");
        }
        return value == null
                ? withdrawn(topic, key, signature, taken, sender)
                : said(topic, key, signature, taken, sender, claim);
    }

    private Belief said(
            String topic, String key, RecordSignature signature, Instant taken, Proof sender, @Nullable Claim claim) {
        if (claim == null || !claim.instance().equals(key)) {
            return new Belief.Ignored(
                    Belief.Reason.ANOTHERS, sender.id() + " wrote it under a key that isn't its instance's");
        }
        if (!speaksFor(sender.id(), claim)) {
            return new Belief.Ignored(
                    Belief.Reason.ANOTHERS,
                    sender.id() + " speaks for namespace " + claim.namespace() + ", service account "
                            + orDefault(claim.serviceAccount()));
        }
        Owned known = known(key);
        if (known == null) {
            known = new Owned(sender.id(), new HashMap<>(), new HashSet<>());
        } else if (!known.owner().equals(sender.id())) {
            return new Belief.Ignored(Belief.Reason.ANOTHERS, sender.id() + " wrote under a key of " + known.owner());
        }
        Belief belief = inOrder(topic, signature, taken, sender, known);
        if (belief.equals(Belief.BELIEVED)) {
            known.present().add(topic);
            gone.remove(key);
            owned.put(key, known);
        }
        return belief;
    }

    /// Withdrawing what nobody knows changes nothing, so anybody may.
    private Belief withdrawn(String topic, String key, RecordSignature signature, Instant taken, Proof sender) {
        Owned known = known(key);
        if (known == null) {
            return Belief.BELIEVED;
        }
        if (!known.owner().equals(sender.id()) && !remover.equals(sender.id())) {
            return new Belief.Ignored(Belief.Reason.ANOTHERS, sender.id() + " withdrew a record of " + known.owner());
        }
        Belief belief = inOrder(topic, signature, taken, sender, known);
        if (belief.equals(Belief.BELIEVED)) {
            known.present().remove(topic);
            if (known.present().isEmpty()) {
                owned.remove(key);
                gone.put(key, known);
            }
        }
        return belief;
    }

    /// The same record may be delivered twice. The remover's clock isn't the owner's, but near the broker's.
    private static Belief inOrder(String topic, RecordSignature signature, Instant taken, Proof sender, Owned known) {
        Last last = known.last().get(topic);
        boolean own = known.owner().equals(sender.id());
        if (last != null && signature.at().isBefore(own ? last.signed() : last.taken())) {
            return new Belief.Ignored(
                    Belief.Reason.REPLAYED,
                    "an old record of " + sender.id() + " sent again: signed at " + signature.at()
                            + ", a newer one was signed at " + last.signed());
        }
        if (own) {
            known.last().put(topic, new Last(signature.at(), taken));
        }
        return Belief.BELIEVED;
    }

    private @Nullable Owned known(String key) {
        Owned live = owned.get(key);
        return live == null ? gone.get(key) : live;
    }

    private Proof proof(RecordSignature signature, Instant taken) throws CertificateException {
        ByteBuffer sender = ByteBuffer.wrap(signature.signer());
        Proof known = proven.get(sender);
        if (known != null && !taken.isBefore(known.from()) && !taken.isAfter(known.until())) {
            return known;
        }
        List<X509Certificate> chain = signature.chain();
        return switch (PeerCheck.check(chain, trust, taken)) {
            case Peer.Refused(var reason) -> throw new CertificateException(whoSays(chain) + reason);
            case Peer.Proven(var id) -> {
                var proof = new Proof(id, chain.getFirst(), begins(chain), ends(chain));
                proven.put(sender, proof);
                yield proof;
            }
        };
    }

    /// What an unproven leaf says of itself helps whoever looks for its owner.
    private static String whoSays(List<X509Certificate> chain) {
        try {
            return chain.isEmpty() ? "" : "it says that it is of " + PeerCheck.idOf(chain.getFirst()) + ", but: ";
        } catch (IllegalArgumentException | CertificateException _) {
            return "";
        }
    }

    private static Instant begins(List<X509Certificate> chain) {
        return chain.stream()
                .map(certificate -> certificate.getNotBefore().toInstant())
                .max(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    private static Instant ends(List<X509Certificate> chain) {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElse(Instant.MIN);
    }

    private static boolean speaksFor(SpiffeId sender, Claim claim) {
        return sender.namespace().equals(claim.namespace())
                && sender.serviceAccount().equals(orDefault(claim.serviceAccount()));
    }

    private static String orDefault(String serviceAccount) {
        return serviceAccount.isEmpty() ? "default" : serviceAccount;
    }

    private static <K, V> Map<K, V> bounded(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }
}
