package dev.meltemi.conformance;

import dev.meltemi.conformance.LiveWay.Speech;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.ServerTlsSettings;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Keys;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/// Who is who in a run: one authority, made for it, that everybody believes.
final class LiveCertificates implements AutoCloseable {
    private static final String DOMAIN = "cluster.local";

    private final SecureRandom random = new SecureRandom();
    private final Authority authority = Authority.create(DOMAIN, Instant.now(), random);
    private final Credential caller = credential("conformance", "caller");
    private final Map<String, SslContext> applications = new HashMap<>();
    private final Map<Speech, SslContext> callers = new EnumMap<>(Speech.class);
    private final Set<String> written = new HashSet<>();
    private final Path folder;

    /// What the proxies are in the mesh.
    final Identity identity =
            new Identity(credential("conformance", "proxy"), new Trust(DOMAIN, 1, List.of(authority.root()), Set.of()));

    LiveCertificates() {
        try {
            folder = Files.createTempDirectory("conformance-credentials");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the credentials of gateways: " + e.getMessage(), e);
        }
    }

    /// That gateways watch.
    Path folder() {
        return folder;
    }

    private Credential credential(String namespace, String account) {
        KeyPair keys = Keys.make(random);
        var id = new SpiffeId(DOMAIN, namespace, account);
        var leaf = new Authority.Leaf(id, "application", keys.getPublic(), List.of(), Duration.ofDays(1));
        return new Credential(id, keys.getPrivate(), List.of(authority.sign(leaf, Instant.now())));
    }

    /// Has a credential for each name that a Gateway says.
    ///
    /// @return which of its files can't be had, empty when all can
    String provide(Compiled mesh) {
        var wanted = new StringBuilder();
        mesh.gateways().values().stream()
                .flatMap(gateway -> gateway.getServers().stream())
                .map(GatewayServer::getTlsSettings)
                .filter(Objects::nonNull)
                .forEach(settings -> {
                    settings.getCredentialNames().forEach(this::write);
                    if (!settings.getCaCredentialName().isEmpty()) {
                        write(settings.getCaCredentialName());
                    }
                    if (namesPaths(settings)) {
                        wanted.append("names certificates by path, and nothing is written to such places");
                    }
                });
        return wanted.toString();
    }

    private static boolean namesPaths(ServerTlsSettings settings) {
        return !settings.getCertificates().isEmpty()
                || !settings.getCaCertificatesPath().isEmpty()
                || !settings.getCrlPath().isEmpty();
    }

    private void write(String name) {
        if (!written.add(name)) {
            return;
        }
        String bare = name.substring(name.indexOf("://") < 0 ? 0 : name.indexOf("://") + 3);
        Path own = folder.resolve(bare).normalize();
        if (!own.startsWith(folder)) {
            throw new IllegalArgumentException(name + " is no name of a credential");
        }
        Credential made = credential("conformance", "credential");
        try {
            Files.createDirectories(own);
            Files.writeString(own.resolve("tls.crt"), Pem.of(made.chain()));
            Files.writeString(own.resolve("tls.key"), Pem.of(made.key()));
            Files.writeString(own.resolve("ca.crt"), Pem.of(List.of(authority.root())));
        } catch (IOException e) {
            throw new UncheckedIOException("can't write the credential " + name + ": " + e.getMessage(), e);
        }
    }

    /// A client that shows a certificate when it is asked for one.
    synchronized SslContext caller(Speech speech) {
        return callers.computeIfAbsent(speech, _ -> {
            var builder = SslContextBuilder.forClient()
                    .keyManager(caller.key(), caller.chain())
                    .trustManager(authority.root())
                    // which names a certificate has to carry is not what the cases are about
                    .endpointIdentificationAlgorithm("");
            if (speech != Speech.LINES) {
                builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        speech == Speech.HTTP_2 ? ApplicationProtocolNames.HTTP_2 : ApplicationProtocolNames.HTTP_1_1));
            }
            return built(builder);
        });
    }

    /// An application that ends TLS itself, by the service account as which it runs.
    SslContext application(String namespace, String account) {
        return applications.computeIfAbsent(namespace + "/" + account, _ -> {
            Credential own = credential(namespace, account);
            return built(SslContextBuilder.forServer(own.key(), own.chain()));
        });
    }

    private static SslContext built(SslContextBuilder builder) {
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
