package dev.meltemi.routing;

/// The short names by which a client may call a service: `reviews` in its own namespace, `reviews.default` and
/// `reviews.default.svc` anywhere (Istio's `generateVirtualHostDomains`).
record ClientNames(String namespace) {
    static final String CLUSTER_DOMAIN = ".cluster.local";
    static final String SERVICE_DOMAIN = ".svc" + CLUSTER_DOMAIN;

    /// @param host as called, in lower case
    /// @return the full name that it may stand for
    String expand(String host) {
        int dot = host.indexOf('.');
        if (dot < 0) {
            return host + "." + namespace + SERVICE_DOMAIN;
        }
        return host.endsWith(".svc") ? host + CLUSTER_DOMAIN : host + SERVICE_DOMAIN;
    }
}
