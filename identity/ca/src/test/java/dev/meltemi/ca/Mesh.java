package dev.meltemi.ca;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.schemas.Topics;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.workload.CaAddress;
import dev.meltemi.workload.CaClient;
import dev.meltemi.workload.WorkloadIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// A CA on an in-memory bus, its folder, and those who ask it.
final class Mesh implements AutoCloseable {
    static final SpiffeId REVIEWS = new SpiffeId("cluster.local", "default", "reviews");
    static final SpiffeId RATINGS = new SpiffeId("cluster.local", "default", "ratings");
    private static final SecureRandom RANDOM = new SecureRandom();

    final InMemoryBus bus = InMemoryBus.create();
    final CaFolder folder;
    final CaFolder.Opened opened;
    private final Path files;
    private final Duration life;
    private final Deque<WorkloadIdentity> running = new ArrayDeque<>();
    private CertificateAuthority ca;

    Mesh(Path files, Duration life) {
        this.files = files;
        this.life = life;
        this.folder = new CaFolder(files.resolve("ca"));
        folder.init(new CaFolder.Plan("cluster.local", List.of("localhost"), Optional.empty()), now(), RANDOM);
        this.opened = folder.open(Optional.empty(), RANDOM);
        bus.ensureTopics(Topics.all());
        this.ca = startCa();
    }

    private CertificateAuthority startCa() {
        return CertificateAuthority.start(
                bus,
                opened,
                new CertificateAuthority.Settings(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), life),
                InstantSource.system(),
                RANDOM);
    }

    void restartCa() {
        ca.close();
        ca = startCa();
    }

    CaAddress address() {
        return CaAddress.of(
                "127.0.0.1:" + ca.port(), Pem.fingerprint(opened.authority().root()));
    }

    String token(SpiffeId id, boolean singleUse) {
        return JoinTokens.create(
                id, Duration.ofHours(1), singleUse, folder.tokenKey(Optional.empty()), now(), UUID.randomUUID());
    }

    static Instant now() {
        return InstantSource.system().instant();
    }

    WorkloadIdentity workload(SpiffeId id, String instance, String token) throws java.io.IOException {
        var file = Files.writeString(files.resolve(instance + ".token"), token);
        return running(WorkloadIdentity.start(
                new WorkloadIdentity.Settings(
                        id.namespace(),
                        id.serviceAccount(),
                        instance,
                        address(),
                        Optional.of(file),
                        Optional.of(files.resolve("state-" + instance))),
                InstantSource.system(),
                RANDOM));
    }

    WorkloadIdentity running(WorkloadIdentity started) {
        running.push(started);
        return started;
    }

    CaClient client() {
        return new CaClient(address(), InstantSource.system());
    }

    @Override
    public void close() {
        while (!running.isEmpty()) {
            running.pop().close();
        }
        ca.close();
        bus.close();
    }
}
