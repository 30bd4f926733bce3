package dev.meltemi.spiffe;

import java.io.IOException;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/// Forms of keys that the JDK can't write, in DER. Apart from {@link Pem}, since the first class of a signed jar
/// has the JVM check the signature of the whole jar: a tenth of a proxy's start, which needs none of this.
final class KeyShapes {
    private KeyShapes() {}

    /// @param der `ECPrivateKey` of RFC 5915
    /// @return PKCS#8
    static byte[] ofEc(byte[] der) throws IOException {
        return pkcs8(
                X9ObjectIdentifiers.id_ecPublicKey,
                ECPrivateKey.getInstance(der).getParametersObject(),
                der);
    }

    /// @param der `RSAPrivateKey` of RFC 8017
    /// @return PKCS#8
    static byte[] ofRsa(byte[] der) throws IOException {
        return pkcs8(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE, der);
    }

    private static byte[] pkcs8(ASN1ObjectIdentifier algorithm, ASN1Encodable parameters, byte[] der)
            throws IOException {
        var identified = new AlgorithmIdentifier(algorithm, parameters);
        return new PrivateKeyInfo(identified, ASN1Primitive.fromByteArray(der)).getEncoded();
    }

    /// The JDK's own `EncryptedPrivateKeyInfo` reads PBES2, and can't name it when it writes.
    ///
    /// @param parameters of PBES2, in DER
    static byte[] sealed(byte[] parameters, byte[] encrypted) throws IOException {
        var scheme = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, ASN1Primitive.fromByteArray(parameters));
        return new EncryptedPrivateKeyInfo(scheme, encrypted).getEncoded();
    }
}
