package dev.meltemi.rules;

import dev.meltemi.resources.Gateway;
import dev.meltemi.resources.Protocol;
import dev.meltemi.schemas.compiled.CertificatePaths;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServerTlsSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// One gateway: its servers, each with the rules bound to it for the hosts that server and rule share.
final class Gateways {
    private Gateways() {}

    /// Empty when there is no such Gateway, whatever rules are bound to its name.
    ///
    /// @param name key of the record, of Istio's Gateway or one of the Gateway API
    static Optional<GatewayRoutes> compiled(MeshState state, String name) {
        Door door = state.book().doors().get(name);
        if (door == null) {
            return ApiGateways.compiled(state, name);
        }
        var gateway = door.gateway();
        String namespace = gateway.key().namespace();
        var rules = state.book().bound().at(name);
        var delegations = state.book().delegations();
        return Optional.of(GatewayRoutes.newBuilder()
                .setGateway(name)
                .setNamespace(namespace)
                .setConfigOffset(door.offset())
                .setCreated(door.created())
                .setSelector(new TreeMap<>(gateway.selector()))
                .setServers(gateway.servers().stream()
                        .map(server -> compiled(server, namespace, rules, delegations))
                        .toList())
                .build());
    }

    private static GatewayServer compiled(
            Gateway.Server server, String namespace, SortedSet<Rule> rules, Delegations delegations) {
        var tls = server.tls();
        return GatewayServer.newBuilder()
                .setPort(server.port())
                .setPortName(server.portName())
                .setProtocol(Services.wireName(server.protocol()))
                .setBind(server.bind())
                .setName(server.name())
                .setHttpsRedirect(server.httpsRedirect())
                .setNamedHosts(server.hosts().stream()
                        .map(host -> qualified(host, namespace))
                        .distinct()
                        .toList())
                .setTlsMode(tls.map(each -> each.mode().name()).orElse(""))
                .setTlsCredentials(tls.map(Gateway.Tls::credentials).orElse(List.of()))
                .setTlsSettings(tls.filter(each -> !each.mode().isPassthrough())
                        .map(Gateways::settings)
                        .orElse(null))
                .setHosts(hosts(server, namespace, rules, delegations))
                .build();
    }

    private static ServerTlsSettings settings(Gateway.Tls tls) {
        return ServerTlsSettings.newBuilder()
                .setCredentialNames(tls.credentialNames())
                .setCertificates(tls.certificates().stream()
                        .map(each -> new CertificatePaths(each.certificate(), each.privateKey()))
                        .toList())
                .setCaCertificatesPath(tls.caCertificates())
                .setCaCredentialName(tls.caCredential())
                .setCrlPath(tls.caCrl())
                .setSubjectAltNames(tls.subjectAltNames())
                .setVerifySpki(tls.spki())
                .setVerifyHash(tls.hashes())
                .setMinVersion(tls.minVersion())
                .setMaxVersion(tls.maxVersion())
                .setCipherSuites(tls.ciphers())
                .setInsecureSkipVerify(tls.insecureSkipVerify())
                .build();
    }

    /// What is said of one host of a server.
    private record Said(List<HttpRules> http, List<ConnectionRules> tls, List<ConnectionRules> tcp) {
        Said() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        /// Of what a rule says that which is of the server's kind.
        void add(Kind kind, Rule rule, Delegations delegations) {
            switch (kind) {
                case REQUESTS -> {
                    HttpRules requests = rule.http(delegations);
                    if (!requests.getRoutes().isEmpty()) {
                        http.add(requests);
                    }
                }
                case ENCRYPTED -> addSome(rule.tls(), tls);
                case PLAIN -> addSome(rule.tcp(), tcp);
                case BY_NAME -> {}
            }
        }

        private static void addSome(ConnectionRules rules, List<ConnectionRules> into) {
            if (!rules.getRoutes().isEmpty()) {
                into.add(rules);
            }
        }

        boolean isEmpty() {
            return http.isEmpty() && tls.isEmpty() && tcp.isEmpty();
        }
    }

    /// Which of its rules a VirtualService has for a server.
    private enum Kind {
        /// HTTP, by itself or where the server ends TLS.
        REQUESTS,
        /// TLS that goes on, by server name.
        ENCRYPTED,
        /// Everything else, by itself or where the server ends TLS.
        PLAIN,
        /// AUTO_PASSTHROUGH: the server name says where to.
        BY_NAME
    }

    private static Kind kind(Gateway.Server server) {
        if (server.protocol().isHttp()) {
            return Kind.REQUESTS;
        }
        return switch (server.tls().map(Gateway.Tls::mode).orElse(null)) {
            case null -> Kind.PLAIN;
            case PASSTHROUGH -> Kind.ENCRYPTED;
            case AUTO_PASSTHROUGH -> Kind.BY_NAME;
            case SIMPLE, MUTUAL, ISTIO_MUTUAL, OPTIONAL_MUTUAL ->
                server.protocol() == Protocol.HTTPS ? Kind.REQUESTS : Kind.PLAIN;
        };
    }

    private static List<GatewayHost> hosts(
            Gateway.Server server, String namespace, SortedSet<Rule> rules, Delegations delegations) {
        SortedMap<String, Said> byHost = new TreeMap<>(HostName::bySpecificity);
        for (Rule rule : rules) {
            var said = new Said();
            var shared = sharedHosts(server, namespace, rule);
            if (!shared.isEmpty()) {
                said.add(kind(server), rule, delegations);
            }
            if (!said.isEmpty()) {
                for (String host : shared) {
                    var ofHost = byHost.computeIfAbsent(host, _ -> new Said());
                    ofHost.http().addAll(said.http());
                    ofHost.tls().addAll(said.tls());
                    ofHost.tcp().addAll(said.tcp());
                }
            }
        }
        return byHost.entrySet().stream()
                .map(entry -> new GatewayHost(
                        entry.getKey(),
                        List.copyOf(entry.getValue().http()),
                        List.copyOf(entry.getValue().tls()),
                        List.copyOf(entry.getValue().tcp())))
                .toList();
    }

    private static SortedSet<String> sharedHosts(Gateway.Server server, String namespace, Rule rule) {
        var shared = new TreeSet<String>();
        for (String written : server.hosts()) {
            String allowed = qualified(written, namespace);
            int slash = allowed.indexOf('/');
            if (slash < 0 || rule.http().getNamespace().equals(allowed.substring(0, slash))) {
                String host = allowed.substring(slash + 1);
                rule.hosts().forEach(name -> HostName.intersection(host, name).ifPresent(shared::add));
            }
        }
        return shared;
    }

    /// `namespace/host`, or `host` alone when rules of every namespace may serve it.
    private static String qualified(String written, String namespace) {
        int slash = written.indexOf('/');
        String host = written.substring(slash + 1).toLowerCase(Locale.ROOT);
        return switch (slash < 0 ? "*" : written.substring(0, slash)) {
            case "*" -> host;
            case "." -> namespace + "/" + host;
            case String other -> other + "/" + host;
        };
    }
}
