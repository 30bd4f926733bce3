package dev.meltemi.proxy.tls;

import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Peer;
import dev.meltemi.spiffe.PeerCheck;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/// Decides by {@link PeerCheck}, and by nothing else, whom one identity believes. A resumed session never asks a
/// trust manager, so that everybody's chain is judged again once a handshake is complete; what was found of a chain
/// is remembered while it can't change, which is as long as all its certificates are in force.
final class PeerJudge extends X509ExtendedTrustManager {
    /// Peers that are remembered; one more and all are forgotten.
    private static final int MOST_PEERS = 1024;

    private final Identity identity;
    private final InstantSource clock;
    private final Map<List<X509Certificate>, Known> known = new ConcurrentHashMap<>();

    private record Known(ProvenPeer peer, Instant from, Instant until) {
        boolean holds(Instant now) {
            return !now.isBefore(from) && !now.isAfter(until);
        }
    }

    PeerJudge(Identity identity, InstantSource clock) {
        this.identity = identity;
        this.clock = clock;
    }

    /// @throws PeerRefusedException with the reason, when the session has no peer that is believed
    ProvenPeer judge(SSLSession session) throws PeerRefusedException {
        var chain = new ArrayList<X509Certificate>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                chain.add((X509Certificate) certificate);
            }
        } catch (SSLPeerUnverifiedException e) {
            throw new PeerRefusedException("no certificate was shown");
        }
        return judge(chain);
    }

    ProvenPeer judge(List<X509Certificate> chain) throws PeerRefusedException {
        Instant now = clock.instant();
        Known before = known.get(chain);
        if (before != null && before.holds(now)) {
            return before.peer();
        }
        return switch (PeerCheck.check(chain, identity.trust(), now)) {
            case Peer.Refused(var reason) -> throw new PeerRefusedException(reason);
            case Peer.Proven(var id) -> {
                var shown = List.copyOf(chain);
                var peer = ProvenPeer.of(id, shown, identity.credential().id());
                if (known.size() >= MOST_PEERS) {
                    known.clear();
                }
                known.put(shown, inForce(peer, shown));
                yield peer;
            }
        };
    }

    private static Known inForce(ProvenPeer peer, List<X509Certificate> chain) {
        Instant from = Instant.MIN;
        Instant until = Instant.MAX;
        for (X509Certificate certificate : chain) {
            Instant begins = certificate.getNotBefore().toInstant();
            Instant ends = certificate.getNotAfter().toInstant();
            from = begins.isAfter(from) ? begins : from;
            until = ends.isBefore(until) ? ends : until;
        }
        return new Known(peer, from, until);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws PeerRefusedException {
        judge(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws PeerRefusedException {
        judge(List.of(chain));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws PeerRefusedException {
        judge(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws PeerRefusedException {
        judge(List.of(chain));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws PeerRefusedException {
        judge(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws PeerRefusedException {
        judge(List.of(chain));
    }

    /// Their names are told to clients, which may have several certificates to choose from.
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return identity.trust().roots().toArray(X509Certificate[]::new);
    }
}
