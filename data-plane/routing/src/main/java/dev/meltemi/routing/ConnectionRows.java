package dev.meltemi.routing;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.ConnectionRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a table does with connections, for people: a row for each rule, in the order in which they are tried.
final class ConnectionRows {
    private final Map<String, Long> offsets = new HashMap<>();

    private ConnectionRows(Compiled compiled) {
        compiled.routes().values().forEach(service -> {
            note(service.getTls());
            note(service.getTcp());
        });
        compiled.gateways().values().forEach(gateway -> {
            offsets.put("Gateway/" + gateway.getGateway(), gateway.getConfigOffset());
            gateway.getServers()
                    .forEach(server -> server.getHosts().forEach(host -> {
                        note(host.getTls());
                        note(host.getTcp());
                    }));
        });
    }

    /// Rules for one host and port.
    ///
    /// @param host name or wildcard; `*` for a plaintext server, which knows no names
    record Listed(String host, int port, ConnectionList list) {}

    static List<TableView.RouteRow> of(List<Listed> all, Compiled compiled) {
        var rows = new ConnectionRows(compiled);
        var told = new ArrayList<TableView.RouteRow>();
        all.stream()
                .sorted(Comparator.comparingInt(Listed::port).thenComparing(Listed::host))
                .forEach(listed -> {
                    listed.list().rules().forEach(rule -> told.add(rows.row(listed, rule)));
                    told.add(rows.row(listed, "*", List.of(listed.list().otherwise()), List.of(1)));
                });
        return told;
    }

    private void note(Collection<ConnectionRules> all) {
        all.forEach(rules -> offsets.put(rules.getKind() + "/" + rules.getRule(), rules.getConfigOffset()));
    }

    private TableView.RouteRow row(Listed listed, ConnectionRule rule) {
        var match = new ArrayList<String>();
        if (!rule.sniHosts().isEmpty()) {
            match.add("sni:" + String.join(",", rule.sniHosts()));
        }
        if (!rule.subnets().isEmpty()) {
            match.add("to:"
                    + String.join(
                            ",", rule.subnets().stream().map(Subnet::toString).toList()));
        }
        return row(listed, match.isEmpty() ? "*" : String.join(" ", match), rule.decisions(), rule.bounds());
    }

    private TableView.RouteRow row(
            Listed listed, String match, List<ConnectionDecision> decisions, List<Integer> bounds) {
        var destinations = new ArrayList<String>();
        for (int i = 0; i < decisions.size(); i++) {
            int weight = bounds.get(i) - (i == 0 ? 0 : bounds.get(i - 1));
            destinations.add(destination(decisions.get(i)) + (decisions.size() == 1 ? "" : "=" + weight));
        }
        String rule = rule(decisions.getFirst());
        Long offset = offsets.get(rule);
        return new TableView.RouteRow(
                Integer.toString(listed.port()),
                listed.host() + ":" + listed.port(),
                listed.host(),
                match,
                TableView.dotted(rule),
                String.join(", ", destinations),
                rule.isEmpty() ? "" : rule + (offset == null ? "" : "@" + offset));
    }

    private static String rule(ConnectionDecision decision) {
        return switch (decision) {
            case ConnectionDecision.Forward(var rule, var _, var _) -> rule;
            case ConnectionDecision.Close(var rule, var _, var _) -> rule;
            case ConnectionDecision.Requests(var terminated) ->
                terminated == null ? "" : "Gateway/" + terminated.gateway();
            case ConnectionDecision.Passthrough _ -> "";
        };
    }

    private static String destination(ConnectionDecision decision) {
        return switch (decision) {
            case ConnectionDecision.Forward(var _, var cluster, var terminated) ->
                cluster.name() + (terminated == null ? "" : " after " + terminated.mode() + " TLS");
            case ConnectionDecision.Close(var _, var failure, var _) -> "closed: " + failure;
            case ConnectionDecision.Requests(var terminated) ->
                "requests" + (terminated == null ? "" : " after " + terminated.mode() + " TLS");
            case ConnectionDecision.Passthrough(var cluster) -> cluster.name();
        };
    }
}
