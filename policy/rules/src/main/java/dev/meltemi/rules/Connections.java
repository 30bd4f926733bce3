package dev.meltemi.rules;

import dev.meltemi.schemas.compiled.ConnectionMatch;
import dev.meltemi.schemas.compiled.ConnectionRoute;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// What a VirtualService says of connections, in compiled form.
final class Connections {
    private Connections() {}

    /// @param created offset at which the rule first appeared
    /// @param of the same rule, from which comes who it is and who sees it
    static ConnectionRules compiled(List<dev.meltemi.resources.ConnectionRoute> routes, HttpRules of, long created) {
        return ConnectionRules.newBuilder()
                .setKind(of.getKind())
                .setRule(of.getRule())
                .setNamespace(of.getNamespace())
                .setConfigOffset(of.getConfigOffset())
                .setCreated(created)
                .setExportTo(of.getExportTo())
                .setGateways(of.getGateways())
                .setRoutes(routes.stream()
                        .map(route -> compiled(route, of.getNamespace()))
                        .toList())
                .build();
    }

    private static ConnectionRoute compiled(dev.meltemi.resources.ConnectionRoute route, String namespace) {
        return ConnectionRoute.newBuilder()
                .setMatches(route.matches().stream()
                        .map(match -> compiled(match, namespace))
                        .toList())
                .setDestinations(destinations(route.destinations(), namespace))
                .build();
    }

    /// Of several, those with weight 0 take no part.
    private static List<WeightedDestination> destinations(
            List<dev.meltemi.resources.ConnectionRoute.Share> shares, String namespace) {
        return shares.stream()
                .filter(share -> shares.size() == 1 || share.weight() > 0)
                .map(share -> WeightedDestination.newBuilder()
                        .setDestination(RouteActions.compiled(share.destination(), namespace))
                        .setWeight(share.weight())
                        .build())
                .toList();
    }

    private static ConnectionMatch compiled(dev.meltemi.resources.ConnectionMatch match, String namespace) {
        var out = ConnectionMatch.newBuilder()
                .setSniHosts(match.sniHosts().stream()
                        .map(host -> host.toLowerCase(Locale.ROOT))
                        .toList())
                .setDestinationSubnets(match.destinationSubnets())
                .setPort(match.port().orElse(0))
                .setSourceLabels(new TreeMap<>(match.sourceLabels()))
                .setGateways(GatewayName.resolved(match.gateways(), namespace));
        match.sourceNamespace().ifPresent(out::setSourceNamespace);
        return out.build();
    }
}
