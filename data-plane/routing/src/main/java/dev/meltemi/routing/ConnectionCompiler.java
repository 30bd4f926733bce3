package dev.meltemi.routing;

import dev.meltemi.routing.ConnectionDecision.Termination;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.ConnectionMatch;
import dev.meltemi.schemas.compiled.ConnectionRoute;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Specialises what rules say of connections for one workload, one port, and one gateway or the mesh. Unlike for HTTP,
/// all the rules that a workload sees follow one another, and source conditions hold beside gateways (Istio's
/// `matchTCP` and `matchTLS`).
///
/// @param gateway `mesh`, or `namespace/name` of the Gateway that the rules are bound to
/// @param port that the caller addresses
/// @param terminated the server at which TLS ends before; null: none
record ConnectionCompiler(
        Workload self,
        String gateway,
        Destinations destinations,
        int port,
        @Nullable Termination terminated) {
    List<ConnectionRule> compile(Collection<ConnectionRules> candidates) {
        var compiled = new ArrayList<ConnectionRule>();
        for (ConnectionRules rules : candidates) {
            // a route of the Gateway API stands where it is attached
            boolean bound = rules.getGateways().contains(gateway)
                    || (atGateway() && !rules.getKind().equals(RuleCompiler.VIRTUAL_SERVICE));
            if (bound && ServiceLookup.exported(rules.getExportTo(), self.namespace())) {
                rules.getRoutes().forEach(route -> compile(route, rules, compiled));
            }
        }
        return compiled;
    }

    private void compile(ConnectionRoute route, ConnectionRules rules, List<ConnectionRule> into) {
        if (route.getMatches().isEmpty()) {
            into.add(rule(List.of(), List.of(), route, rules));
        }
        for (ConnectionMatch match : route.getMatches()) {
            if (concerns(match)) {
                into.add(rule(match.getSniHosts(), subnets(match), route, rules));
            }
        }
    }

    /// A gateway's own labels and address say nothing of who calls: there Istio looks at port and gateway alone
    /// (`l4SingleMatch`).
    private boolean concerns(ConnectionMatch match) {
        if (match.getPort() != 0 && match.getPort() != port) {
            return false;
        }
        if (!match.getGateways().isEmpty() && !match.getGateways().contains(gateway)) {
            return false;
        }
        String namespace = match.getSourceNamespace();
        return atGateway()
                || (self.labels().entrySet().containsAll(match.getSourceLabels().entrySet())
                        && (namespace == null || namespace.isEmpty() || namespace.equals(self.namespace())));
    }

    private List<Subnet> subnets(ConnectionMatch match) {
        return atGateway()
                ? List.of()
                : match.getDestinationSubnets().stream()
                        .map(Subnet::of)
                        .flatMap(Optional::stream)
                        .toList();
    }

    private boolean atGateway() {
        return !gateway.equals(RuleCompiler.MESH);
    }

    private ConnectionRule rule(
            List<String> sniHosts, List<Subnet> subnets, ConnectionRoute route, ConnectionRules rules) {
        var decisions = new ArrayList<ConnectionDecision>();
        var bounds = new ArrayList<Integer>();
        int sum = 0;
        List<WeightedDestination> all = route.getDestinations();
        for (WeightedDestination each : all) {
            if (each.getWeight() > 0 || all.size() == 1) {
                sum = Math.addExact(sum, each.getWeight());
                bounds.add(sum);
                decisions.add(decision(each, name(rules)));
            }
        }
        if (decisions.isEmpty()) {
            bounds.add(1);
            decisions.add(new ConnectionDecision.Close(name(rules), new ProxyFailure.NoRoute(), Edge.Service.UNKNOWN));
        }
        return new ConnectionRule(sniHosts, subnets, decisions, bounds);
    }

    private static String name(ConnectionRules rules) {
        return rules.getKind() + "/" + rules.getRule();
    }

    private ConnectionDecision decision(WeightedDestination to, String rule) {
        return switch (destinations.find(to.getDestination(), port)) {
            case Destinations.Found.Existing(var cluster)
            when !to.getRefused() -> new ConnectionDecision.Forward(rule, cluster, terminated);
            case Destinations.Found.Existing(var cluster) ->
                new ConnectionDecision.Close(
                        rule, new ProxyFailure.NoCluster(cluster.name(), to.getMissingStatus()), cluster.service());
            case Destinations.Found.Missing(var name, var service) ->
                new ConnectionDecision.Close(rule, new ProxyFailure.NoCluster(name, to.getMissingStatus()), service);
        };
    }
}
