package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;

/// One entry of a VirtualService's `tls` or `tcp`: connections that are carried whole.
///
/// @param matches any one is enough; empty matches every connection
public record ConnectionRoute(List<ConnectionMatch> matches, List<Share> destinations) {
    public ConnectionRoute {
        matches = List.copyOf(matches);
        destinations = List.copyOf(destinations);
    }

    /// @param weight a share of the sum; 100 for a destination that is alone
    public record Share(Destination destination, int weight) {}

    /// @param rule a valid entry
    static ConnectionRoute read(Part rule) {
        List<Part> destinations = rule.items("route");
        boolean alone = destinations.size() == 1;
        return new ConnectionRoute(
                rule.items("match").stream().map(ConnectionRoute::match).toList(),
                destinations.stream()
                        .map(route -> new Share(
                                HttpRouteReader.destination(route.at("destination")),
                                alone ? 100 : (int) route.whole("weight")))
                        .toList());
    }

    private static ConnectionMatch match(Part match) {
        return new ConnectionMatch(
                match.texts("sniHosts"),
                match.texts("destinationSubnets"),
                HttpRouteReader.somePort(match),
                match.textTable("sourceLabels"),
                match.someText("sourceNamespace"),
                match.texts("gateways"));
    }
}
