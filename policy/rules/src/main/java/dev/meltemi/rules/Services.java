package dev.meltemi.rules;

import dev.meltemi.resources.Protocol;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.OtherDeclaration;
import dev.meltemi.schemas.compiled.Resolution;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.fleet.RegisteredPort;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// One host: what declares it and the rules for it.
final class Services {
    /// Sidecars answer for a host that only rules know on port 80 alone, as Istio's do.
    /// SMTP, DNS, MySQL and MongoDB.
    private static final Set<Integer> SERVER_FIRST = Set.of(25, 53, 3306, 27_017);

    private static final List<ServicePort> PORT_OF_UNDECLARED = List.of(new ServicePort(80, "http", "HTTP"));

    private static final Comparator<Workload.Instance> FIRST_STARTED =
            Comparator.comparingLong(Workload.Instance::startedAt).thenComparing(Workload.Instance::id);

    private Services() {}

    /// Empty when nothing declares the host and no rule names it.
    static Optional<ServiceRoutes> compiled(MeshState state, String host) {
        Collection<Declared> declared = state.book().declared().at(host);
        List<Workload.Instance> claiming = declared.isEmpty() ? claiming(state, host) : List.of();
        List<Rule> rules = state.book().rules().covering(host).stream()
                .flatMap(Collection::stream)
                .toList();
        List<HttpRules> http = http(rules, state);
        var out = ServiceRoutes.newBuilder().setHost(host).setHttp(http);
        if (!declared.isEmpty()) {
            declared(declared, out);
            connections(rules, out);
        } else if (!claiming.isEmpty()) {
            claimed(claiming, host, out);
            connections(rules, out);
        } else if (!http.isEmpty() && !state.book().rules().naming(host).isEmpty()) {
            undeclared(http.getFirst().getNamespace(), out);
        } else if (!HostName.isWildcard(host)
                && !state.book().policies().naming(host).isEmpty()) {
            // only a DestinationRule names it: nobody answers for it, but what it says of it can be asked
            undeclared(state.book().policies().naming(host).first().namespace(), out.setHttp(List.of()));
        } else {
            return Optional.empty();
        }
        if (out.getDeclaredBy() != Declaration.NONE) {
            new ApiMeshRoutes(state.book().api(), host, declared).addTo(out);
        }
        return Optional.of(out.setPolicies(Policies.of(state.book().policies().covering(host)))
                .build());
    }

    /// A rule that says nothing of requests leaves them to the next one, or to the service.
    private static List<HttpRules> http(List<Rule> rules, MeshState state) {
        return rules.stream()
                .map(rule -> rule.http(state.book().delegations()))
                .filter(http -> !http.getRoutes().isEmpty())
                .toList();
    }

    /// Sidecars listen for connections to services alone, so a host that only rules know has none, as in Istio.
    private static void connections(List<Rule> rules, ServiceRoutes.Builder out) {
        out.setTls(withRoutes(rules.stream().map(Rule::tls)))
                .setTcp(withRoutes(rules.stream().map(Rule::tcp)));
    }

    private static List<ConnectionRules> withRoutes(Stream<ConnectionRules> rules) {
        return rules.filter(each -> !each.getRoutes().isEmpty()).toList();
    }

    /// In each namespace the first declaration says what the service is; others that say the same add ports that it
    /// lacks.
    private static void declared(Collection<Declared> services, ServiceRoutes.Builder out) {
        Declared first = services.iterator().next();
        var namespaces = new LinkedHashMap<String, Declared>();
        services.forEach(service -> namespaces.putIfAbsent(service.namespace(), service));
        namespaces.remove(first.namespace());
        out.setNamespace(first.namespace())
                .setDeclaredBy(first.kind())
                .setResolution(first.resolution())
                .setExternal(first.external())
                .setAddresses(first.addresses())
                .setExportTo(first.exportTo())
                .setPorts(ports(first, services))
                .setSubjectAltNames(first.subjectAltNames())
                .setOneAddress(first.oneAddress())
                .setOthers(namespaces.values().stream()
                        .map(other -> new OtherDeclaration(
                                other.namespace(),
                                other.kind(),
                                other.resolution(),
                                other.external(),
                                other.addresses(),
                                other.exportTo(),
                                ports(other, services),
                                other.subjectAltNames(),
                                other.oneAddress()))
                        .toList());
    }

    private static List<ServicePort> ports(Declared first, Collection<Declared> services) {
        var ports = new TreeMap<Integer, ServicePort>();
        for (Declared service : services) {
            if (service.equals(first) || first.merges(service)) {
                service.ports()
                        .forEach(port -> ports.putIfAbsent(
                                port.number(),
                                new ServicePort(port.number(), port.name(), wireName(port.number(), port.protocol()))));
            }
        }
        return List.copyOf(ports.values());
    }

    private static void claimed(List<Workload.Instance> instances, String host, ServiceRoutes.Builder out) {
        var ports = new TreeMap<Integer, ServicePort>();
        for (Workload.Instance instance : instances) {
            instance.claimedPorts(host)
                    .forEach((number, port) ->
                            ports.putIfAbsent(number, new ServicePort(number, port.getName(), protocol(number, port))));
        }
        out.setNamespace(instances.getFirst().namespace())
                .setDeclaredBy(Declaration.REGISTRATION)
                .setResolution(Resolution.ENDPOINTS)
                .setPorts(List.copyOf(ports.values()));
    }

    private static void undeclared(String namespace, ServiceRoutes.Builder out) {
        out.setNamespace(namespace)
                .setDeclaredBy(Declaration.NONE)
                .setResolution(Resolution.ENDPOINTS)
                .setPorts(PORT_OF_UNDECLARED);
    }

    private static List<Workload.Instance> claiming(MeshState state, String host) {
        return state.fleet().claims().at(host).stream()
                .map(state.fleet()::workload)
                .filter(Workload.Instance.class::isInstance)
                .map(Workload.Instance.class::cast)
                .sorted(FIRST_STARTED)
                .toList();
    }

    /// As the instance says, else by the prefix of the port's name.
    private static String protocol(int number, RegisteredPort port) {
        return Protocol.parse(port.getProtocol())
                .filter(protocol -> protocol != Protocol.UNSPECIFIED)
                .or(() -> Protocol.parse(port.getName().split("-", 2)[0]))
                .map(Services::wireName)
                .orElse(wireName(number, Protocol.UNSPECIFIED));
    }

    /// Servers of these ports speak first, so nothing is sniffed there, as in Istio (`conversion.go`).
    private static String wireName(int number, Protocol protocol) {
        return protocol == Protocol.UNSPECIFIED && SERVER_FIRST.contains(number) ? "TCP" : wireName(protocol);
    }

    static String wireName(Protocol protocol) {
        return switch (protocol) {
            case UNSPECIFIED -> "";
            case GRPC_WEB -> "GRPC-WEB";
            case HTTP, HTTP2, HTTP_PROXY, GRPC, HTTPS, TLS, TCP, UDP, MONGO, REDIS, MYSQL -> protocol.name();
        };
    }
}
