package dev.meltemi.distribution;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.ca.CaFolder;
import dev.meltemi.ca.CertificateAuthority;
import dev.meltemi.ca.JoinTokens;
import dev.meltemi.sidecar.SidecarSettings;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.workload.CaAddress;
import dev.meltemi.workload.WorkloadIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The demo's certificate authority: its root is kept in the demo's folder, and each workload is given a join token.
final class DemoCa implements AutoCloseable {
    private final SecureRandom random = new SecureRandom();
    private final InstantSource clock = InstantSource.system();
    private final CaFolder folder;
    private final CaFolder.Opened opened;
    private final PrivateKey tokenKey;
    private final CertificateAuthority service;

    private DemoCa(MeshBus bus, Path place, int port) {
        this.folder = new CaFolder(place);
        if (!folder.exists()) {
            folder.init(
                    new CaFolder.Plan("cluster.local", List.of("127.0.0.1", "localhost"), Optional.empty()),
                    clock.instant(),
                    random);
        }
        this.opened = folder.open(Optional.empty(), random);
        this.tokenKey = folder.tokenKey(Optional.empty());
        this.service = CertificateAuthority.start(
                bus,
                opened,
                new CertificateAuthority.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Authority.LIFE),
                clock,
                random);
    }

    /// @throws dev.meltemi.ca.CaException when the port is taken or the folder can't be used
    static DemoCa start(MeshBus bus, Path place, int port) {
        return new DemoCa(bus, place, port);
    }

    /// @param state folder of the workload, for its token and its identity
    WorkloadIdentity identity(SidecarSettings.Who who, Path state) {
        var id = new SpiffeId(opened.authority().trustDomain(), who.namespace(), who.serviceAccount());
        var token = JoinTokens.create(id, JoinTokens.LIFE, true, tokenKey, clock.instant(), UUID.randomUUID());
        return WorkloadIdentity.start(
                new WorkloadIdentity.Settings(
                        who.namespace(),
                        who.serviceAccount(),
                        who.workload() + "." + who.namespace(),
                        CaAddress.of(
                                "127.0.0.1:" + service.port(),
                                Pem.fingerprint(opened.authority().root())),
                        Optional.of(written(state, token)),
                        Optional.of(state.resolve("identity"))),
                clock,
                random);
    }

    private static Path written(Path state, String token) {
        var file = state.resolve("token");
        try {
            Files.createDirectories(state);
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.writeString(file, token);
        } catch (IOException e) {
            throw new StartFailure("the token file " + file + " can't be written: " + e
                    + "; next: name a --data-dir that this user may write");
        }
    }

    @Override
    public void close() {
        service.close();
    }
}
