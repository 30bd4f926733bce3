package dev.meltemi.proxy.tls;

import dev.meltemi.proxy.tls.ChainJudge.Expected;
import dev.meltemi.proxy.tls.TlsMaterial.Own;
import dev.meltemi.routing.ConnectionDecision.Termination;
import dev.meltemi.routing.TlsBounds;
import dev.meltemi.routing.TlsOrigination;
import dev.meltemi.schemas.compiled.ServerTlsSettings;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/// Reads what a side of TLS names, and makes a context of it. Blocks: never on an event loop.
final class ContextMaker {
    /// Octets of a peer's certificates: a caller's are held before anything is known of it.
    private static final int MOST_CERTIFICATES = 16 * 1024;
    /// Full handshakes that a peer is spared; a session whose certificate has expired is refused all the same.
    private static final Duration SESSION = Duration.ofHours(1);

    private final CredentialFiles files;

    ContextMaker(CredentialFiles files) {
        this.files = files;
    }

    /// @throws IllegalArgumentException with the reason, when something isn't there or isn't right
    CredentialContext make(TlsSide side) {
        try {
            return switch (side) {
                case TlsSide.Ending(var server) -> ending(server);
                case TlsSide.Beginning(var how, var protocols) -> beginning(how, protocols);
            };
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("no TLS can be made of it: " + TlsFailure.reason(e), e);
        }
    }

    private CredentialContext ending(Termination server) throws GeneralSecurityException, IOException {
        ServerTlsSettings said = server.settings();
        boolean asks = server.mode().equals("MUTUAL") || server.mode().equals("OPTIONAL_MUTUAL");
        TlsMaterial material = material(said, asks);
        if (material.own().isEmpty()) {
            throw new IllegalArgumentException("the server names no certificate: give it a credentialName");
        }
        ChainJudge judge = asks && !said.getInsecureSkipVerify()
                ? ChainJudge.of(
                        material, new Expected(said.getSubjectAltNames(), said.getVerifySpki(), said.getVerifyHash()))
                : ChainJudge.blind();
        SslContextBuilder builder = server(material.own())
                .clientAuth(
                        !asks
                                ? ClientAuth.NONE
                                : server.mode().equals("MUTUAL") ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL)
                .applicationProtocolConfig(TlsContexts.alpn(List.of("h2", "http/1.1")));
        if (asks) {
            builder.trustManager(judge);
        }
        TlsBounds bounds = server.bounds();
        String least = said.getMinVersion().isEmpty() ? bounds.minVersion() : said.getMinVersion();
        Choice.versions(least, said.getMaxVersion(), builder);
        Choice.ciphers(said.getCipherSuites().isEmpty() ? bounds.cipherSuites() : said.getCipherSuites(), builder);
        Choice.curves(bounds.curves(), builder);
        var made = new CredentialContext(built(builder), judge, material.own());
        made.rotateTickets();
        return made;
    }

    private CredentialContext beginning(TlsOrigination how, List<String> protocols)
            throws GeneralSecurityException, IOException {
        if (!how.trouble().isEmpty()) {
            throw new IllegalArgumentException(how.trouble());
        }
        TlsMaterial material = material(how);
        ChainJudge judge = how.unverified()
                ? ChainJudge.blind()
                : ChainJudge.of(material, new Expected(how.names(), List.of(), List.of()));
        SslContextBuilder builder = SslContextBuilder.forClient()
                .trustManager(judge)
                .endpointIdentificationAlgorithm(null); // names are the judge's affair
        Choice.versions(how.bounds().minVersion(), "", builder);
        Choice.ciphers(how.bounds().cipherSuites(), builder);
        Choice.curves(how.bounds().curves(), builder);
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(TlsContexts.alpn(protocols));
        }
        if (how.mutual()) {
            if (material.own().isEmpty()) {
                throw new IllegalArgumentException("mode MUTUAL shows a certificate, and none is named");
            }
            Own own = material.own().getFirst();
            builder.keyManager(own.key(), own.chain());
        }
        return new CredentialContext(built(builder), judge, material.own());
    }

    private TlsMaterial material(ServerTlsSettings said, boolean asks) {
        var own = new ArrayList<Own>();
        said.getCredentialNames().forEach(name -> own.add(files.named(name)));
        said.getCertificates()
                .forEach(pair -> own.add(files.own(Path.of(pair.getCertificate()), Path.of(pair.getPrivateKey()))));
        if (!asks || said.getInsecureSkipVerify()) {
            return new TlsMaterial(own, List.of(), List.of());
        }
        Optional<String> name = !said.getCaCredentialName().isEmpty()
                ? Optional.of(said.getCaCredentialName())
                : said.getCredentialNames().stream().findFirst();
        return judged(own, said.getCaCertificatesPath(), said.getCrlPath(), name, false);
    }

    private TlsMaterial material(TlsOrigination how) {
        var own = new ArrayList<Own>();
        if (how.mutual() && !how.credential().isEmpty()) {
            own.add(files.named(how.credential()));
        } else if (how.mutual()) {
            own.add(files.own(Path.of(how.certificate()), Path.of(how.privateKey())));
        }
        if (!how.authorityCredentials().isEmpty()) {
            return new TlsMaterial(own, authorities(how.authorityCredentials()), List.of());
        }
        return how.unverified()
                ? new TlsMaterial(own, List.of(), List.of())
                : judged(
                        own,
                        how.authorities(),
                        how.crl(),
                        Optional.of(how.credential()),
                        how.credential().isEmpty());
    }

    /// Of all that are there: one is enough (Gateway API, BackendTLSPolicy `caCertificateRefs`).
    private List<X509Certificate> authorities(List<String> names) {
        List<X509Certificate> all = names.stream()
                .flatMap(name -> files.authorities(name).stream())
                .flatMap(file -> files.certificates(file).stream())
                .toList();
        if (all.isEmpty()) {
            throw new IllegalArgumentException(
                    "no ca.crt by which to judge the other side's certificate in " + String.join(", ", names));
        }
        return all;
    }

    /// @param name of the credential with the authorities, which a path goes before
    /// @param system whether the machine's own will do when nothing is named
    private TlsMaterial judged(List<Own> own, String authorities, String crl, Optional<String> name, boolean system) {
        Optional<String> credential = name.filter(each -> !each.isEmpty());
        Optional<Path> believed =
                authorities.isEmpty() ? credential.flatMap(files::authorities) : Optional.of(Path.of(authorities));
        Optional<Path> lost = crl.isEmpty() ? credential.flatMap(files::revoked) : Optional.of(Path.of(crl));
        List<X509Certificate> roots = believed.isPresent()
                ? files.certificates(believed.get())
                : system ? SystemAuthorities.read() : List.of();
        if (roots.isEmpty()) {
            throw new IllegalArgumentException("credential " + credential.orElse("without a name")
                    + " has no ca.crt by which to judge the other side's certificate");
        }
        List<CRL> revoked = lost.isPresent() ? files.revoked(lost.get()) : List.of();
        return new TlsMaterial(own, roots, revoked);
    }

    /// Several certificates have keys of several kinds; the client's hello says which it takes.
    private static SslContextBuilder server(List<Own> own) throws GeneralSecurityException, IOException {
        if (own.size() == 1) {
            return SslContextBuilder.forServer(
                    own.getFirst().key(), own.getFirst().chain());
        }
        char[] nobody = new char[0];
        KeyStore keys = KeyStore.getInstance(TlsContexts.KEY_STORE);
        keys.load(null, nobody);
        for (Own each : own) {
            keys.setKeyEntry(
                    Integer.toString(keys.size()),
                    each.key(),
                    nobody,
                    each.chain().toArray(X509Certificate[]::new));
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, nobody);
        return SslContextBuilder.forServer(factory);
    }

    private static SslContext built(SslContextBuilder builder) throws SSLException {
        if (MeshTls.PROVIDER != SslProvider.JDK) {
            builder.option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MOST_CERTIFICATES);
        }
        return builder.sslProvider(MeshTls.PROVIDER)
                .keyStoreType(TlsContexts.KEY_STORE)
                .sessionTimeout(SESSION.toSeconds())
                .build();
    }
}
