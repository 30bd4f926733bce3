package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a sidecar does with connections to one service. What its port speaks says which rules count: `tcp` where
/// nothing is said or something else than HTTP and TLS, `tls` where TLS isn't ended, neither where requests are routed
/// (Istio's `buildSidecarOutboundTCPListenerOpts`).
///
/// @param byPort ports of the service
/// @param tlsPorts those of them at which TLS isn't ended
/// @param expected what has to be known before one of the lists can decide
record ServiceConnections(Map<Integer, ConnectionList> byPort, Set<Integer> tlsPorts, Map<Integer, Expected> expected) {
    static final ServiceConnections NONE = new ServiceConnections(Map.of(), Set.of(), Map.of());

    private static final Set<String> HTTP = Set.of("HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB");
    private static final Set<String> TLS = Set.of("TLS", "HTTPS");

    ServiceConnections {
        byPort = Map.copyOf(byPort);
        tlsPorts = Set.copyOf(tlsPorts);
        expected = Map.copyOf(expected);
    }

    static ServiceConnections of(
            Workload self, Scope scope, ServiceRoutes service, Set<Integer> shown, Destinations destinations) {
        var byPort = new HashMap<Integer, ConnectionList>();
        var tlsPorts = new HashSet<Integer>();
        var expected = new HashMap<Integer, Expected>();
        for (ServicePort port : service.getPorts()) {
            int number = port.getNumber();
            if (!shown.contains(number)) {
                continue;
            }
            var compiler = new ConnectionCompiler(self, RuleCompiler.MESH, destinations, number, null);
            var whole = new ConnectionDecision.Forward("", destinations.whole(service, number), null);
            ConnectionList list;
            if (HTTP.contains(port.getProtocol())) {
                list = new ConnectionList(List.of(), new ConnectionDecision.Requests(null));
            } else if (TLS.contains(port.getProtocol())) {
                tlsPorts.add(number);
                list = tls(compiler.compile(followed(service.getTls(), scope, service, number)), whole);
            } else {
                list = new ConnectionList(compiler.compile(followed(service.getTcp(), scope, service, number)), whole);
            }
            byPort.put(number, list);
            expected.put(number, expected(port.getProtocol(), list));
        }
        return new ServiceConnections(byPort, tlsPorts, expected);
    }

    /// At a port whose protocol is declared.
    static Expected expected(String protocol) {
        return HTTP.contains(protocol) ? Expected.REQUESTS : protocol.isEmpty() ? Expected.SNIFFED : Expected.WHOLE;
    }

    /// A server name is waited for only where a rule asks for one.
    private static Expected expected(String protocol, ConnectionList list) {
        boolean byName = list.rules().stream().anyMatch(rule -> !rule.sniHosts().isEmpty());
        return byName && TLS.contains(protocol) ? Expected.SERVER_NAME : expected(protocol);
    }

    /// A name that rules leave out isn't the service's any more.
    private static ConnectionList tls(List<ConnectionRule> rules, ConnectionDecision.Forward whole) {
        return new ConnectionList(
                rules,
                rules.isEmpty()
                        ? whole
                        : new ConnectionDecision.Close(
                                new ProxyFailure.NoRoute(), whole.cluster().service()));
    }

    private static List<ConnectionRules> followed(
            Collection<ConnectionRules> candidates, Scope scope, ServiceRoutes service, int port) {
        return candidates.stream()
                .filter(rules -> scope.follows(rules, service.getHost(), port))
                .toList();
    }
}
