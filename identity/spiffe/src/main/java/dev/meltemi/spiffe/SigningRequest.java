package dev.meltemi.spiffe;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;

/// A PKCS#10 request for signing. It proves that whoever asks has the key; who that is, it can't say.
///
/// @param key proven to be the asker's
/// @param uris that it asks for; the caller's proven identity decides, so they can only agree or be a mistake
public record SigningRequest(PublicKey key, List<String> uris) {
    /// Characters of its PEM form; that of an RSA key with 4096 bits has about 1,700.
    public static final int LONGEST = 16 * 1024;

    public SigningRequest {
        uris = List.copyOf(uris);
    }

    /// @param id null when the asker doesn't know its trust domain yet
    /// @return PEM
    public static String make(KeyPair pair, @Nullable SpiffeId id) {
        try {
            var builder = new JcaPKCS10CertificationRequestBuilder(new X500Name(""), pair.getPublic());
            if (id != null) {
                var extensions = new ExtensionsGenerator();
                extensions.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri())));
                builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
            }
            var request = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
            return Pem.block(Pem.REQUEST, request.getEncoded());
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("a request for signing can't be made", e);
        }
    }

    /// @throws IllegalArgumentException when it is too long, can't be read, or doesn't prove that its key is the
    /// asker's
    public static SigningRequest read(String pem) {
        if (pem.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "the request for signing has " + pem.length() + " characters; at most " + LONGEST + " are read");
        }
        var blocks = Pem.blocks(pem, Pem.REQUEST);
        if (blocks.size() != 1) {
            throw new IllegalArgumentException(
                    "expected one -----BEGIN CERTIFICATE REQUEST-----, found " + blocks.size());
        }
        try {
            var request = new JcaPKCS10CertificationRequest(blocks.getFirst());
            var key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IllegalArgumentException("the request for signing doesn't prove that its key is the asker's");
            }
            return new SigningRequest(key, uris(request));
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) {
            // Bouncy Castle answers nonsense with whatever its parser trips over
            throw new IllegalArgumentException("the request for signing can't be read: " + e.getMessage(), e);
        }
    }

    private static List<String> uris(PKCS10CertificationRequest request) {
        var found = new ArrayList<String>();
        Extensions extensions = request.getRequestedExtensions();
        if (extensions == null) {
            return found;
        }
        var names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        if (names != null) {
            for (var name : names.getNames()) {
                if (name.getTagNo() == GeneralName.uniformResourceIdentifier) {
                    found.add(name.getName().toString());
                }
            }
        }
        return found;
    }
}
