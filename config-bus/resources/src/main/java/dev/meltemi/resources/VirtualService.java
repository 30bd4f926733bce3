package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;

/// Rules for the requests to some hosts.
///
/// @param hosts as written; empty for a delegate, which acts on no host of its own
/// @param gateways `mesh` when the document names none
/// @param exportTo as written, empty for the mesh's default
/// @param http in the order in which they are tried
/// @param tls for connections that stay encrypted, in the order in which they are tried
/// @param tcp for plain connections, in the order in which they are tried
public record VirtualService(
        ResourceKey key,
        List<String> hosts,
        List<String> gateways,
        List<String> exportTo,
        List<HttpRoute> http,
        List<ConnectionRoute> tls,
        List<ConnectionRoute> tcp)
        implements Resource {
    public VirtualService {
        hosts = List.copyOf(hosts);
        gateways = List.copyOf(gateways);
        exportTo = List.copyOf(exportTo);
        http = List.copyOf(http);
        tls = List.copyOf(tls);
        tcp = List.copyOf(tcp);
    }
}
