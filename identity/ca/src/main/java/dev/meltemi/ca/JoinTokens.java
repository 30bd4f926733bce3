package dev.meltemi.ca;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.meltemi.spiffe.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.UUID;

/// Join tokens: a JWT (RFC 7519, ES256) with which a workload gets its first certificate. Whoever has it is that
/// service account until it expires, or until it was used.
public final class JoinTokens {
    public static final Duration LIFE = Duration.ofHours(1);
    public static final Duration LONGEST_LIFE = Duration.ofDays(30);
    private static final JOSEObjectType TYPE = new JOSEObjectType("meltemi-join+jwt");
    private static final String SINGLE_USE = "single_use";
    private static final int LONGEST = 4096;

    private JoinTokens() {}

    /// @param singleUse good for one certificate only
    /// @throws IllegalArgumentException when the life is none, or longer than 30 days
    public static String create(
            SpiffeId id, Duration life, boolean singleUse, PrivateKey key, Instant now, UUID tokenId) {
        if (life.isNegative() || life.isZero() || life.compareTo(LONGEST_LIFE) > 0) {
            throw new IllegalArgumentException(
                    "a token lives more than 0 and at most " + LONGEST_LIFE.toDays() + " days, not " + life);
        }
        var claims = new JWTClaimsSet.Builder()
                .issuer("spiffe://" + id.trustDomain())
                .subject(id.uri())
                .jwtID(tokenId.toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(life)))
                .claim(SINGLE_USE, singleUse)
                .build();
        try {
            var token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.ES256).type(TYPE).build(), claims);
            token.sign(new ECDSASigner((ECPrivateKey) key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("a token can't be signed", e);
        }
    }

    /// What a token that is in force says.
    ///
    /// @param hash of what is signed: the signature itself could be written in more ways than one
    record Accepted(SpiffeId id, boolean singleUse, Instant expires, String hash) {}

    static Accepted verify(String text, ECPublicKey key, String trustDomain, Instant now) throws Refusal {
        if (text.length() > LONGEST) {
            throw Refusal.of("the token has " + text.length() + " characters; at most " + LONGEST + " are read");
        }
        try {
            var token = SignedJWT.parse(text);
            if (!JWSAlgorithm.ES256.equals(token.getHeader().getAlgorithm())
                    || !TYPE.equals(token.getHeader().getType())) {
                throw Refusal.of("the token isn't a join token: expected ES256 and type " + TYPE);
            }
            if (!token.verify(new ECDSAVerifier(key))) {
                throw Refusal.of("the token isn't signed by this CA: forged, or made for another mesh;"
                        + " next: \"meltemi token create\" with this CA's folder");
            }
            var claims = token.getJWTClaimsSet();
            var expires = claims.getExpirationTime();
            if (expires == null || !now.isBefore(expires.toInstant())) {
                throw Refusal.of("the token expired at " + (expires == null ? "no time at all" : expires.toInstant())
                        + "; next: \"meltemi token create\" makes another");
            }
            var id = SpiffeId.parse(String.valueOf(claims.getSubject()));
            if (!id.trustDomain().equals(trustDomain)) {
                throw Refusal.of("the token is for trust domain " + id.trustDomain() + ", not " + trustDomain);
            }
            var signed = new String(token.getSigningInput(), StandardCharsets.US_ASCII);
            return new Accepted(id, claims.getBooleanClaim(SINGLE_USE), expires.toInstant(), sha256(signed));
        } catch (ParseException | JOSEException | IllegalArgumentException | NullPointerException e) {
            // what it says isn't repeated: it may be a token in all but a character
            throw Refusal.of("the token can't be read: it isn't a join token that \"meltemi token create\" printed");
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
