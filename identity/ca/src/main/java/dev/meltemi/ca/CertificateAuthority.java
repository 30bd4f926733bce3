package dev.meltemi.ca;

import dev.meltemi.bus.ActiveService;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.SpiffeId;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/// The mesh's CA: signs leaves for whoever proves who they are, records each on `mesh.certificates`, publishes whom to
/// believe on `mesh.trust`, and orders rotations. Several may run on one root: one is active, the others stand by.
public final class CertificateAuthority implements AutoCloseable {
    private static final Duration TICK = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ActiveService service;
    private final CaServer server;

    /// @param listen port 0 for any free one
    /// @param life of leaves, at most 90 days
    public record Settings(InetSocketAddress listen, Duration life) {
        public Settings {
            if (life.isNegative() || life.isZero() || life.compareTo(Authority.LONGEST_LIFE) > 0) {
                throw new IllegalArgumentException("certificates live more than 0 and at most "
                        + Authority.LONGEST_LIFE.toDays() + " days, not " + life);
            }
        }
    }

    private CertificateAuthority(ActiveService service, CaServer server) {
        this.service = service;
        this.server = server;
    }

    /// @throws CaException when the port is taken
    public static CertificateAuthority start(
            MeshBus bus, CaFolder.Opened opened, Settings settings, InstantSource clock, SecureRandom random) {
        var issuing = new Issuing(opened.authority(), opened.tokens(), settings.life(), random);
        var service = ActiveService.start(
                bus,
                new ActiveService.Plan("ca", CaTurn.STAGES, TICK, PAUSE),
                writer -> new CaTurn(issuing, writer, clock));
        try {
            var own = new OwnCredential(opened.authority(), clock);
            return new CertificateAuthority(
                    service,
                    CaServer.start(settings.listen(), own, opened.authority().root(), service));
        } catch (RuntimeException e) {
            service.close();
            throw e;
        }
    }

    /// The port it listens on.
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
        service.close();
    }

    /// The CA's own leaf, signed by itself, made anew at half of its life when somebody comes.
    private record OwnCredential(Authority authority, InstantSource clock, AtomicReference<Credential> current)
            implements Supplier<Credential> {
        OwnCredential(Authority authority, InstantSource clock) {
            this(authority, clock, new AtomicReference<>(make(authority, clock)));
        }

        private static Credential make(Authority authority, InstantSource clock) {
            var id = new SpiffeId(authority.trustDomain(), CaFolder.NAMESPACE, "ca");
            return authority.issue(id, "ca", List.of(), Authority.LIFE, clock.instant());
        }

        @Override
        public Credential get() {
            return current.updateAndGet(credential -> clock.instant()
                            .isBefore(
                                    credential.leaf().getNotAfter().toInstant().minus(Authority.LIFE.dividedBy(2)))
                    ? credential
                    : make(authority, clock));
        }
    }
}
