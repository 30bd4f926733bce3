package dev.meltemi.ca;

import dev.meltemi.spiffe.Credential;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// What a server shows: its newest leaf, and the root along, because a caller who comes for the first time knows no
/// more than the root's fingerprint.
final class CurrentKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "ca";
    private final Supplier<Credential> credential;
    private final X509Certificate root;

    CurrentKey(Supplier<Credential> credential, X509Certificate root) {
        this.credential = credential;
        this.root = root;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        var chain = new ArrayList<>(credential.get().chain());
        chain.add(root);
        return chain.toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return credential.get().key();
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return ALIAS;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return ALIAS;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }
}
