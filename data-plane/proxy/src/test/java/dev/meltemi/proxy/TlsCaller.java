package dev.meltemi.proxy;

import dev.meltemi.spiffe.Credential;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// A client of the JDK's TLS that believes one authority, checks the name it asks for, and may show a certificate.
final class TlsCaller {
    private final SSLContext context;
    private String[] versions = {"TLSv1.3", "TLSv1.2"};
    private String[] ciphers = {};
    private String[] groups = {};

    TlsCaller(X509Certificate root, @Nullable Credential own) {
        try {
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            roots.setCertificateEntry("root", root);
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(roots);
            KeyManager[] keys = {};
            if (own != null) {
                KeyStore mine = KeyStore.getInstance("PKCS12");
                mine.load(null, null);
                mine.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
                var factory = KeyManagerFactory.getInstance("PKIX");
                factory.init(mine, new char[0]);
                keys = factory.getKeyManagers();
            }
            context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    TlsCaller versions(String... only) {
        versions = only;
        return this;
    }

    TlsCaller ciphers(String... only) {
        ciphers = only;
        return this;
    }

    /// Of the key exchange.
    TlsCaller groups(String... only) {
        groups = only;
        return this;
    }

    /// @param name to be asked for and checked; null: none
    SSLSocket connect(InetSocketAddress to, @Nullable String name) throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket();
        socket.setSoTimeout(10_000);
        socket.connect(to);
        var parameters = socket.getSSLParameters();
        parameters.setProtocols(versions);
        if (ciphers.length > 0) {
            parameters.setCipherSuites(ciphers);
        }
        if (groups.length > 0) {
            parameters.setNamedGroups(groups);
        }
        if (name != null) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// @return all that was answered to one request
    String ask(InetSocketAddress to, @Nullable String name, String headers) throws IOException {
        try (SSLSocket socket = connect(to, name)) {
            String host = name == null ? "any.example.com" : name;
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nhost: " + host + "\r\n" + headers + "connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    String ask(InetSocketAddress to, @Nullable String name) throws IOException {
        return ask(to, name, "");
    }
}
