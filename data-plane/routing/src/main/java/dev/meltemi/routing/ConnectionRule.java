package dev.meltemi.routing;

import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One match of one `tls` or `tcp` rule and where it leads.
///
/// @param sniHosts in lower case; empty: every connection, with or without a name
/// @param subnets empty: every address
/// @param bounds running sums of the weights, one for each decision
record ConnectionRule(
        List<String> sniHosts, List<Subnet> subnets, List<ConnectionDecision> decisions, List<Integer> bounds) {
    ConnectionRule {
        sniHosts = List.copyOf(sniHosts);
        subnets = List.copyOf(subnets);
        decisions = List.copyOf(decisions);
        bounds = List.copyOf(bounds);
    }

    static ConnectionRule always(ConnectionDecision decision) {
        return new ConnectionRule(List.of(), List.of(), List.of(decision), List.of(1));
    }

    boolean matches(ConnectionHead head) {
        return (sniHosts.isEmpty() || names(head.sni())) && (subnets.isEmpty() || reaches(head.destination()));
    }

    ConnectionDecision decide(RandomGenerator random) {
        if (decisions.size() == 1) {
            return decisions.getFirst();
        }
        int drawn = random.nextInt(bounds.getLast());
        int at = 0;
        while (bounds.get(at) <= drawn) {
            at++;
        }
        return decisions.get(at);
    }

    /// Only `*` holds for a client that sends no name.
    private boolean names(@Nullable String sni) {
        String name = sni == null ? "" : sni.toLowerCase(Locale.ROOT);
        for (String host : sniHosts) {
            boolean holds = host.startsWith("*")
                    ? name.length() >= host.length() - 1 && name.endsWith(host.substring(1))
                    : host.equals(name);
            if (holds) {
                return true;
            }
        }
        return false;
    }

    private boolean reaches(@Nullable String destination) {
        byte[] address = destination == null ? null : Subnet.bytes(destination).orElse(null);
        return address != null && subnets.stream().anyMatch(subnet -> subnet.contains(address));
    }
}
