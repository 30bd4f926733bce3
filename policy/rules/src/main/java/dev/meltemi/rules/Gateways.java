package dev.meltemi.rules;

import dev.meltemi.resources.Gateway;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRules;
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
                .setSelector(new TreeMap<>(gateway.selector()))
                .setServers(gateway.servers().stream()
                        .map(server -> compiled(server, namespace, rules, delegations))
                        .toList())
                .build());
    }

    private static GatewayServer compiled(
            Gateway.Server server, String namespace, SortedSet<Rule> rules, Delegations delegations) {
        SortedMap<String, List<HttpRules>> byHost = new TreeMap<>(HostName::bySpecificity);
        for (Rule rule : rules) {
            var shared = sharedHosts(server, namespace, rule);
            if (!shared.isEmpty()) {
                HttpRules http = rule.http(delegations);
                shared.forEach(host ->
                        byHost.computeIfAbsent(host, _ -> new ArrayList<>()).add(http));
            }
        }
        return GatewayServer.newBuilder()
                .setPort(server.port())
                .setPortName(server.portName())
                .setProtocol(Services.wireName(server.protocol()))
                .setBind(server.bind())
                .setName(server.name())
                .setHosts(byHost.entrySet().stream()
                        .map(entry ->
                                new GatewayHost(entry.getKey(), List.copyOf(entry.getValue()), List.of(), List.of()))
                        .toList())
                .build();
    }

    private static SortedSet<String> sharedHosts(Gateway.Server server, String namespace, Rule rule) {
        var shared = new TreeSet<String>();
        for (String allowed : server.hosts()) {
            int slash = allowed.indexOf('/');
            String from = slash < 0 ? "*" : allowed.substring(0, slash);
            String host = allowed.substring(slash + 1).toLowerCase(Locale.ROOT);
            boolean admitted = switch (from) {
                case "*" -> true;
                case "." -> rule.http().getNamespace().equals(namespace);
                default -> rule.http().getNamespace().equals(from);
            };
            if (admitted) {
                rule.hosts().forEach(name -> HostName.intersection(host, name).ifPresent(shared::add));
            }
        }
        return shared;
    }
}
