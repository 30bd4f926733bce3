package dev.meltemi.sidecar.admin;

import dev.meltemi.export.IstioMetrics;
import dev.meltemi.proxy.tls.CredentialState;
import dev.meltemi.sidecar.config.RunningConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the pages show of a proxy, and what they may ask it to do.
public interface ProxyState {
    String instance();

    RunningConfig config();

    IstioMetrics metrics();

    /// Whether it has the identity that it shall have.
    boolean identified();

    /// Empty when no CA was named.
    Optional<CertificateState> certificate();

    /// Certificates of TLS that isn't the mesh's own.
    List<CredentialState> credentials();

    boolean draining();

    /// `address:port` of each open listener by what it is for.
    Map<String, String> listeners();

    /// Counters by name, beside the metrics.
    Map<String, Long> counters();

    /// Stops taking new work; returns at once.
    void drain();

    /// Takes new work again; returns at once.
    void undrain();

    /// Ends the proxy; returns at once.
    void quit();
}
