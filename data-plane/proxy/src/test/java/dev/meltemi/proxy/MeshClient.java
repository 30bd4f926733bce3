package dev.meltemi.proxy;

import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// A peer with any certificate, who believes everybody: the JDK's TLS, so that both sides aren't ours.
final class MeshClient implements AutoCloseable {
    private final SSLSocket socket;

    private MeshClient(SSLSocket socket) {
        this.socket = socket;
    }

    static MeshClient connect(InetSocketAddress address, Identity who) throws IOException {
        return connect(address, who.credential(), "TLSv1.3", "TLSv1.2");
    }

    /// Connected, no handshake yet.
    ///
    /// @param who null: without a certificate
    static MeshClient connect(InetSocketAddress address, @Nullable Credential who, String... versions)
            throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys(who), new TrustManager[] {new Everybody()}, new SecureRandom());
            var socket = (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort());
            socket.setSoTimeout(10_000);
            socket.setEnabledProtocols(versions);
            return new MeshClient(socket);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Connected and offering these protocols, for whoever speaks one of them.
    static SSLSocket offering(InetSocketAddress address, Identity who, String... protocols) throws IOException {
        SSLSocket socket = connect(address, who).socket;
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static KeyManager @Nullable [] keys(@Nullable Credential who) throws GeneralSecurityException, IOException {
        if (who == null) {
            return null;
        }
        char[] password = "test".toCharArray();
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", who.key(), password, who.chain().toArray(X509Certificate[]::new));
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    /// @return whatever comes until the connection ends or pauses; a refusal throws
    String ask(String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        var answer = new ByteArrayOutputStream();
        byte[] octets = new byte[4096];
        int read = socket.getInputStream().read(octets);
        if (read > 0) {
            answer.write(octets, 0, read);
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static final class Everybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
