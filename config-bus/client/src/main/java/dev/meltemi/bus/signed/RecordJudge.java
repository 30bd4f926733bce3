package dev.meltemi.bus.signed;

import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.spiffe.Belief;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.RecordSignature;
import dev.meltemi.spiffe.Senders;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Judges the records of one reading, by the trust of the moment. Trust comes on another thread than the records.
final class RecordJudge {
    private static final Logger LOG = LoggerFactory.getLogger(RecordJudge.class);
    private static final String CONTROL_NAMESPACE = "istio-system";
    private static final String REMOVER = "route-compiler";

    private final Supplier<@Nullable Identity> self;
    private final Doubts doubts;
    private @Nullable Senders senders;

    RecordJudge(Supplier<@Nullable Identity> self, Doubts doubts) {
        this.self = self;
        this.doubts = doubts;
    }

    /// Trust that is withdrawn or can't be read leaves what was believed before: a mesh never falls back to
    /// unsigned.
    synchronized void learn(TopicEvent<?> event) {
        if (event instanceof TopicEvent.Put<?> put && put.value() instanceof TrustBundle bundle && isOurs(bundle)) {
            Trust trust = trust(bundle);
            var before = senders;
            senders = before == null ? new Senders(trust, remover(trust)) : before.believing(trust);
        }
    }

    /// A reader without an identity takes the mesh's word for whose domain this is.
    private boolean isOurs(TrustBundle bundle) {
        Identity identity = self.get();
        return identity == null || identity.credential().id().trustDomain().equals(bundle.getTrustDomain());
    }

    private static SpiffeId remover(Trust trust) {
        return new SpiffeId(trust.trustDomain(), CONTROL_NAMESPACE, REMOVER);
    }

    private static Trust trust(TrustBundle bundle) {
        var roots = new ArrayList<X509Certificate>();
        bundle.getRoots().forEach(root -> {
            try {
                roots.addAll(Pem.certificates(root.getCertificate()));
            } catch (IllegalArgumentException e) {
                LOG.error(
                        "event=root-unreadable trustDomain={} fingerprint={} why=\"{}\"",
                        bundle.getTrustDomain(),
                        root.getFingerprint(),
                        e.getMessage());
            }
        });
        return new Trust(
                bundle.getTrustDomain(),
                bundle.getSequence(),
                roots,
                bundle.getRevoked().stream()
                        .map(revocation -> revocation.getSerial())
                        .collect(Collectors.toSet()));
    }

    /// True for everything that isn't a record of a topic that many write.
    synchronized boolean believes(TopicEvent<?> event) {
        return switch (event) {
            case TopicEvent.Put<?> put ->
                believes(put.topic(), put.key(), put.raw(), put.headers(), put.at(), claim(put.value()));
            case TopicEvent.Delete<?> delete ->
                believes(delete.topic(), delete.key(), null, delete.headers(), delete.at(), null);
            // it changes nothing for its readers, who say where it stands
            case TopicEvent.Poisoned<?> _,
                    TopicEvent.Progress<?> _,
                    TopicEvent.CaughtUp<?> _,
                    TopicEvent.Replaced<?> _ -> true;
        };
    }

    private boolean believes(
            Topic<?> topic,
            String key,
            byte @Nullable [] value,
            Headers headers,
            Offset at,
            Senders.@Nullable Claim claim) {
        var judging = senders;
        boolean open = !topic.equals(Topics.WORKLOADS) && !topic.equals(Topics.SIDECARS);
        if (judging == null || open) {
            return true;
        }
        var signature = signature(headers).orElse(null);
        return switch (judging.judge(topic.name(), key, value, signature, claim, at.brokerTime())) {
            case Belief.Believed() -> true;
            case Belief.Ignored ignored -> {
                doubts.note(topic.name(), key, at, ignored);
                yield false;
            }
        };
    }

    private static Optional<RecordSignature> signature(Headers headers) {
        var bytes = headers.lastBytes(Headers.SIGNATURE);
        var signer = headers.lastBytes(Headers.SIGNER);
        try {
            var at = headers.last(Headers.SIGNED_AT).map(Long::parseLong).map(Instant::ofEpochMilli);
            return bytes.isEmpty() || signer.isEmpty() || at.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new RecordSignature(bytes.get(), signer.get(), at.get()));
        } catch (NumberFormatException notATime) {
            return Optional.empty();
        }
    }

    private static Senders.@Nullable Claim claim(@Nullable Object value) {
        return switch (value) {
            case Registration it -> new Senders.Claim(it.getInstance(), it.getNamespace(), it.getServiceAccount());
            case Heartbeat it -> new Senders.Claim(it.getInstance(), it.getNamespace(), it.getServiceAccount());
            case null, default -> null;
        };
    }
}
