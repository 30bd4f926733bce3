package dev.meltemi.resources;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A condition on a connection: all that is given must hold.
///
/// @param sniHosts names or wildcards of which one must be in the client's hello; empty for `tcp` rules
/// @param destinationSubnets addresses or ranges of which one must have the address that the caller asked for
/// @param port of the listener
/// @param gateways override the rule's own when not empty
public record ConnectionMatch(
        List<String> sniHosts,
        List<String> destinationSubnets,
        OptionalInt port,
        Map<String, String> sourceLabels,
        Optional<String> sourceNamespace,
        List<String> gateways) {
    public ConnectionMatch {
        sniHosts = List.copyOf(sniHosts);
        destinationSubnets = List.copyOf(destinationSubnets);
        sourceLabels = Ordered.copy(sourceLabels);
        gateways = List.copyOf(gateways);
    }
}
