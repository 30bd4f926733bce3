package dev.meltemi.routing;

import org.jspecify.annotations.Nullable;

/// Route lists by authority exactly as it was written, so that a repeated one costs neither lower-casing nor a search.
/// Bounded: a slot for each of a thousand hash values, and who comes last has it. Races only cost a search.
final class AuthorityCache {
    private static final int SLOTS = 1024;

    /// Longer ones are no host names (RFC 1035, 2.3.4, and a port).
    private static final int LONGEST = 262;

    private final Hosts hosts;
    private final @Nullable Slot[] slots = new Slot[SLOTS];

    private record Slot(String authority, int listenerPort, RouteList routes) {}

    AuthorityCache(Hosts hosts) {
        this.hosts = hosts;
    }

    RouteList routes(String authority, int listenerPort) {
        int hash = authority.hashCode() * 31 + listenerPort;
        int at = (hash ^ (hash >>> 16)) & (SLOTS - 1);
        Slot slot = slots[at];
        if (slot != null && slot.listenerPort == listenerPort && slot.authority.equals(authority)) {
            return slot.routes;
        }
        RouteList routes = hosts.routes(authority, listenerPort);
        if (authority.length() <= LONGEST) {
            slots[at] = new Slot(authority, listenerPort, routes);
        }
        return routes;
    }
}
