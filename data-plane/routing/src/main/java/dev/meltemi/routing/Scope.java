package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ConnectionRoute;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.Egress;
import dev.meltemi.schemas.compiled.EgressListener;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.OutboundTraffic;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of the mesh one sidecar is shown, and what becomes of requests to the rest: as the Sidecar says that
/// counts for its workload, else as the mesh says.
///
/// Of several Sidecars the oldest of the workload's namespace counts whose selector is for it, then the
/// oldest without selector, then that of the root namespace; gateways follow none (Istio:
/// `doGetSidecarScope`).
final class Scope {
    private static final String SIDECAR = "Sidecar/";
    private static final String MESH_CONFIG = "MeshConfig/";

    private static final Comparator<Settings> OLDEST_FIRST =
            Comparator.comparingLong(Settings::getCreated).thenComparing(Settings::getRule);

    private final String namespace;
    private final OutboundPolicy unknownHosts;
    private final MeshDefaults defaults;
    /// Null: everything is shown.
    private final @Nullable List<ImportedHosts> listeners;
    /// Hosts to which imported rules lead: they can be sent to, though not be called.
    private final Set<String> destinations;

    private Scope(
            String namespace,
            OutboundPolicy unknownHosts,
            MeshDefaults defaults,
            @Nullable List<ImportedHosts> listeners,
            Set<String> destinations) {
        this.namespace = namespace;
        this.unknownHosts = unknownHosts;
        this.defaults = defaults;
        this.listeners = listeners;
        this.destinations = destinations;
    }

    static Scope of(Workload self, Collection<Settings> all, Map<String, ServiceRoutes> services) {
        Settings sidecar = self.gateway() ? null : sidecar(self, all);
        Settings mesh = mesh(all);
        Egress egress = sidecar == null ? null : sidecar.getEgress();
        if (egress == null) {
            return new Scope(self.namespace(), unknownHosts(sidecar, mesh), MeshDefaults.of(mesh), null, Set.of());
        }
        var imported = egress.getListeners().stream()
                .map(listener -> ImportedHosts.of(listener, self.namespace()))
                .toList();
        var scope = new Scope(
                self.namespace(), unknownHosts(sidecar, mesh), MeshDefaults.of(mesh), imported, new HashSet<>());
        services.values().forEach(scope::importDestinations);
        return scope;
    }

    /// What the mesh says of all workloads.
    static @Nullable Settings mesh(Collection<Settings> all) {
        return all.stream()
                .filter(settings -> settings.getRule().startsWith(MESH_CONFIG))
                .min(OLDEST_FIRST)
                .orElse(null);
    }

    static @Nullable Settings sidecar(Workload self, Collection<Settings> all) {
        return all.stream()
                .filter(settings -> settings.getRule().startsWith(SIDECAR) && isFor(settings, self))
                .min(Comparator.<Settings, Boolean>comparing(
                                settings -> settings.getNamespace().isEmpty())
                        .thenComparing(settings -> settings.getSelector().isEmpty())
                        .thenComparing(OLDEST_FIRST))
                .orElse(null);
    }

    private static boolean isFor(Settings settings, Workload self) {
        return (settings.getNamespace().isEmpty() || settings.getNamespace().equals(self.namespace()))
                && self.labels().entrySet().containsAll(settings.getSelector().entrySet());
    }

    private static OutboundPolicy unknownHosts(@Nullable Settings sidecar, @Nullable Settings mesh) {
        for (Settings settings : new @Nullable Settings[] {sidecar, mesh}) {
            OutboundTraffic said = settings == null ? OutboundTraffic.UNSET : settings.getOutboundTraffic();
            switch (said) {
                case UNSET -> {}
                case ALLOW_ANY -> {
                    return OutboundPolicy.ALLOW_ANY;
                }
                case REGISTRY_ONLY, UNKNOWN -> {
                    return OutboundPolicy.REGISTRY_ONLY;
                }
            }
        }
        return OutboundPolicy.ALLOW_ANY;
    }

    /// Rules that are followed need their destinations, whether or not those are imported (Istio:
    /// `collectImportedServices`).
    private void importDestinations(ServiceRoutes service) {
        for (HttpRules rules : service.getHttp()) {
            if (rules.getGateways().contains(RuleCompiler.MESH)
                    && ServiceLookup.exported(rules.getExportTo(), namespace)
                    && followsAnywhere(rules, service.getHost())) {
                rules.getRoutes().forEach(this::importDestinations);
            }
        }
        importDestinations(service.getTls(), service.getHost());
        importDestinations(service.getTcp(), service.getHost());
    }

    private void importDestinations(Collection<ConnectionRules> candidates, String host) {
        for (ConnectionRules rules : candidates) {
            if (rules.getGateways().contains(RuleCompiler.MESH)
                    && ServiceLookup.exported(rules.getExportTo(), namespace)
                    && listeners != null
                    && listeners.stream().anyMatch(listener -> listener.rule(rules.getNamespace(), host))) {
                for (ConnectionRoute route : rules.getRoutes()) {
                    route.getDestinations()
                            .forEach(to -> destinations.add(to.getDestination().getHost()));
                }
            }
        }
    }

    private void importDestinations(HttpRoute route) {
        route.getDestinations().forEach(to -> {
            destinations.add(to.getDestination().getHost());
            to.getMirrors()
                    .forEach(copy -> destinations.add(copy.getDestination().getHost()));
        });
        route.getMirrors().forEach(to -> destinations.add(to.getDestination().getHost()));
    }

    /// Whether something of the mesh isn't shown.
    boolean isLimited() {
        return listeners != null;
    }

    OutboundPolicy unknownHosts() {
        return unknownHosts;
    }

    MeshDefaults defaults() {
        return defaults;
    }

    /// Whether a service of that namespace can be called at a port.
    boolean shows(String namespaceOfService, String host, int port) {
        ImportedHosts listener = listenerAt(port);
        return listeners == null || (listener != null && listener.service(namespaceOfService, host));
    }

    /// Whether it can be called at any port.
    boolean shows(String namespaceOfService, String host) {
        return listeners == null || listeners.stream().anyMatch(listener -> listener.service(namespaceOfService, host));
    }

    /// Whether a rule can lead there.
    boolean reaches(String namespaceOfService, String host) {
        return destinations.contains(host) || shows(namespaceOfService, host);
    }

    /// Whether requests to a port follow a rule that names the host.
    boolean follows(HttpRules rules, String host, int port) {
        ImportedHosts listener = listenerAt(port);
        return listeners == null || (listener != null && follows(listener, rules, host));
    }

    /// The same for connections.
    boolean follows(ConnectionRules rules, String host, int port) {
        ImportedHosts listener = listenerAt(port);
        return listeners == null || (listener != null && listener.rule(rules.getNamespace(), host));
    }

    private boolean followsAnywhere(HttpRules rules, String host) {
        return listeners == null || listeners.stream().anyMatch(listener -> follows(listener, rules, host));
    }

    private static boolean follows(ImportedHosts listener, HttpRules rules, String host) {
        if (rules.getHosts().isEmpty()) {
            return listener.rule(rules.getNamespace(), host);
        }
        return rules.getHosts().stream().anyMatch(named -> listener.rule(rules.getNamespace(), named));
    }

    /// Of the listeners that one for this very port, else the one for the rest.
    private @Nullable ImportedHosts listenerAt(int port) {
        if (listeners == null) {
            return null;
        }
        ImportedHosts rest = null;
        for (ImportedHosts listener : listeners) {
            if (listener.port() == port) {
                return listener;
            }
            rest = listener.port() == 0 ? listener : rest;
        }
        return rest;
    }

    /// Whether a table that was made within the other one holds what one made within this would.
    boolean sameAs(Scope other) {
        return namespace.equals(other.namespace)
                && defaults.equals(other.defaults)
                && (listeners == null ? other.listeners == null : listeners.equals(other.listeners))
                && destinations.equals(other.destinations);
    }

    /// One entry of Sidecar `egress`.
    ///
    /// @param port 0: every port without a listener of its own
    /// @param named hosts and wildcards by namespace, `*` for any
    /// @param hidden the same, what is left out
    private record ImportedHosts(int port, Map<String, List<String>> named, Map<String, List<String>> hidden) {
        private static final String ANYWHERE = "*";

        static ImportedHosts of(EgressListener listener, String home) {
            var named = new HashMap<String, List<String>>();
            var hidden = new HashMap<String, List<String>>();
            for (String host : listener.getHosts()) {
                boolean not = host.startsWith("~");
                int slash = host.indexOf('/');
                String namespace = host.substring(not ? 1 : 0, slash);
                (not ? hidden : named)
                        .computeIfAbsent(namespace.equals(".") ? home : namespace, _ -> new ArrayList<>())
                        .add(host.substring(slash + 1));
            }
            return new ImportedHosts(listener.getPort(), named, hidden);
        }

        boolean service(String namespace, String host) {
            return !hides(namespace, host)
                    && (covered(named.get(namespace), host) || covered(named.get(ANYWHERE), host));
        }

        /// Istio matches rules more generously than services: an import of one name takes the rules for a
        /// wildcard above it too.
        boolean rule(String namespace, String host) {
            return !hides(namespace, host) && (meets(named.get(namespace), host) || meets(named.get(ANYWHERE), host));
        }

        private boolean hides(String namespace, String host) {
            return covered(hidden.get(namespace), host) || covered(hidden.get(ANYWHERE), host);
        }

        private static boolean covered(@Nullable List<String> patterns, String host) {
            return patterns != null && patterns.stream().anyMatch(pattern -> covers(pattern, host));
        }

        private static boolean meets(@Nullable List<String> patterns, String host) {
            return patterns != null
                    && patterns.stream().anyMatch(pattern -> covers(pattern, host) || covers(host, pattern));
        }

        /// A name, or all that a wildcard covers, which a longer wildcard may be.
        private static boolean covers(String pattern, String host) {
            if (!pattern.startsWith("*")) {
                return pattern.equals(host);
            }
            return host.startsWith("*")
                    ? host.substring(1).endsWith(pattern.substring(1))
                    : host.endsWith(pattern.substring(1));
        }
    }
}
