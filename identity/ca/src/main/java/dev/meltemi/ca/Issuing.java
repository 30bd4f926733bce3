package dev.meltemi.ca;

import dev.meltemi.schemas.identity.IssueRequest;
import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Authority.Leaf;
import dev.meltemi.spiffe.Peer;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.RenewalSchedule;
import dev.meltemi.spiffe.SigningRequest;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Decides on a question for a certificate: who asks is proven by a token or by the certificate of the connection;
/// what the request for signing says of it counts for nothing, and may only not contradict.
record Issuing(Authority authority, ECPublicKey tokens, Duration life, RandomGenerator random) {
    static final String SIDECAR = "sidecar";
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~-]{0,252}");
    private static final Pattern ROLE = Pattern.compile("(?:^|,)OU=([a-z-]+)(?:,|$)");

    /// @param token hash of the one that was shown, empty without one
    private record Caller(
            SpiffeId id,
            String role,
            List<String> serverNames,
            String token,
            @Nullable Instant tokenExpires) {}

    /// @param shown chain of the connection, which has proven to have the leaf's key; empty without one
    /// @param trust whom we believe as of now
    /// @return what to record on `mesh.certificates`, and then to answer
    IssuedCertificate decide(
            IssueRequest request, List<X509Certificate> shown, Trust trust, Inventory inventory, Instant now)
            throws Refusal {
        if (!INSTANCE.matcher(request.getInstance()).matches()) {
            throw Refusal.of("the instance's name isn't one: letters, digits, '.', '_', '~' and '-', at most 253");
        }
        SigningRequest csr;
        try {
            csr = SigningRequest.read(request.getCsr());
        } catch (IllegalArgumentException e) {
            throw Refusal.of(String.valueOf(e.getMessage()));
        }
        var caller =
                request.getToken().isEmpty() ? byCertificate(shown, trust, now) : byToken(request, csr, inventory, now);
        for (String uri : csr.uris()) {
            if (!uri.equals(caller.id().uri())) {
                throw Refusal.of("the request asks for " + printable(uri) + ", but who asks is " + caller.id()
                        + "; next: start the workload as that service account, or give it the right token");
            }
        }
        return signed(
                request, csr, caller, inventory.at(Inventory.key(caller.id().uri(), request.getInstance())), now);
    }

    private Caller byToken(IssueRequest request, SigningRequest csr, Inventory inventory, Instant now) throws Refusal {
        var token = JoinTokens.verify(request.getToken(), tokens, authority.trustDomain(), now);
        var used = inventory.byToken(token.hash());
        if (token.singleUse() && used != null && !isRepeated(used, request, csr)) {
            throw Refusal.of("the token was used already, by " + used.getInstance()
                    + ", and is good for one use; next: \"meltemi token create\" makes another, and if that wasn't you"
                    + " \"meltemi cert rotate\" and find out who has it");
        }
        return new Caller(token.id(), SIDECAR, List.of(), token.hash(), token.expires());
    }

    /// Whoever lost the answer asks again with the same key; a thief doesn't have it.
    private static boolean isRepeated(IssuedCertificate used, IssueRequest request, SigningRequest csr) {
        return used.getInstance().equals(request.getInstance())
                && Pem.certificates(used.getChain()).getFirst().getPublicKey().equals(csr.key());
    }

    private static Caller byCertificate(List<X509Certificate> shown, Trust trust, Instant now) throws Refusal {
        if (shown.isEmpty()) {
            throw Refusal.of("neither a token nor a certificate was shown; next: \"meltemi token create\"");
        }
        return switch (PeerCheck.check(shown, trust, now)) {
            case Peer.Refused(var reason) ->
                throw Refusal.of("the certificate that was shown isn't accepted: " + reason
                        + "; next: a join token, which \"meltemi token create\" makes");
            case Peer.Proven(var id) -> {
                var leaf = shown.getFirst();
                Matcher role = ROLE.matcher(leaf.getSubjectX500Principal().getName());
                yield new Caller(id, role.find() ? role.group(1) : SIDECAR, ServerNames.of(leaf), "", null);
            }
        };
    }

    private IssuedCertificate signed(
            IssueRequest request, SigningRequest csr, Caller caller, @Nullable IssuedCertificate before, Instant now)
            throws Refusal {
        X509Certificate leaf;
        try {
            leaf = authority.sign(new Leaf(caller.id(), caller.role(), csr.key(), caller.serverNames(), life), now);
        } catch (IllegalArgumentException e) {
            throw Refusal.of(String.valueOf(e.getMessage()));
        }
        boolean byToken = !caller.token().isEmpty();
        return IssuedCertificate.newBuilder()
                .setSpiffeId(caller.id().uri())
                .setInstance(request.getInstance())
                .setSerial(leaf.getSerialNumber().toString(16))
                .setChain(Pem.of(List.of(leaf)))
                .setNotBefore(leaf.getNotBefore().toInstant())
                .setNotAfter(leaf.getNotAfter().toInstant())
                .setRotateAt(RenewalSchedule.renewAt(now, leaf.getNotAfter().toInstant(), random))
                .setRoot(Pem.fingerprint(authority.root()))
                .setRotations(before == null ? 1 : before.getRotations() + 1)
                // a used token is remembered over renewals, as long as it could be shown again
                .setToken(byToken ? caller.token() : before == null ? "" : before.getToken())
                .setTokenExpires(byToken ? caller.tokenExpires() : before == null ? null : before.getTokenExpires())
                .build();
    }

    /// What an unknown asker wrote isn't written to the log as it came.
    private static String printable(String text) {
        var shown = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return shown.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
