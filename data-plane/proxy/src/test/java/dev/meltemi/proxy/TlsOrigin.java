package dev.meltemi.proxy;

import dev.meltemi.spiffe.Credential;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// An origin that speaks TLS as the JDK does, and answers each connection's first request with what it saw.
final class TlsOrigin implements AutoCloseable {
    private final SSLServerSocket listening;
    private final boolean asks;
    /// Server names of the hellos.
    final List<String> names = new CopyOnWriteArrayList<>();

    /// @param clients authority of the certificates that callers have to show; null: none
    TlsOrigin(Credential own, @Nullable X509Certificate clients) {
        asks = clients != null;
        try {
            KeyStore mine = KeyStore.getInstance("PKCS12");
            mine.load(null, null);
            mine.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
            var keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(mine, new char[0]);
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            roots.setCertificateEntry("clients", clients == null ? own.leaf() : clients);
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(roots);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            listening = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 64, InetAddress.getLoopbackAddress());
            listening.setNeedClientAuth(asks);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    TlsOrigin versions(String... only) {
        listening.setEnabledProtocols(only);
        return this;
    }

    private void accept() {
        try {
            while (true) {
                SSLSocket socket = (SSLSocket) listening.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(SSLSocket socket) {
        try (socket) {
            socket.startHandshake();
            if (socket.getSession() instanceof ExtendedSSLSession session) {
                session.getRequestedServerNames().stream()
                        .map(SNIServerName::getEncoded)
                        .forEach(name -> names.add(new String(name, StandardCharsets.US_ASCII)));
            }
            String seen = asks ? socket.getSession().getPeerPrincipal().getName() : "nobody";
            var tail = new StringBuilder();
            while (!tail.toString().endsWith("\r\n\r\n")) {
                int octet = socket.getInputStream().read();
                if (octet < 0) {
                    return;
                }
                tail.append((char) octet);
            }
            socket.getOutputStream()
                    .write(("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: " + seen.length() + "\r\n\r\n"
                                    + seen)
                            .getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException refused) {
            // The caller doesn't believe us, or we don't believe it.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
