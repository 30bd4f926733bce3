package dev.meltemi.rules;

import java.util.Locale;
import java.util.Optional;

/// Names of hosts as rules write them. A wildcard is `*` alone or before a suffix: `*.example.com`,
/// `*-eu.example.com`.
final class HostName {
    private static final String SERVICE_DOMAIN = "svc.cluster.local";

    private HostName() {}

    /// The full name, lower case, of a host that a document in `namespace` names. Istio completes only a name
    /// without any dot (`ResolveShortnameToFQDN`); IPv6 addresses have none, but colons.
    static String qualified(String host, String namespace) {
        String name = plain(host);
        boolean complete = name.isEmpty() || isWildcard(name) || name.indexOf('.') >= 0 || name.indexOf(':') >= 0;
        return complete ? name : ofService(name, namespace);
    }

    /// Lower case, without a dot at its end: what a ServiceEntry names is never short for something else.
    static String plain(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.endsWith(".") && name.length() > 1 ? name.substring(0, name.length() - 1) : name;
    }

    static String ofService(String name, String namespace) {
        return name + "." + namespace + "." + SERVICE_DOMAIN;
    }

    static boolean isWildcard(String host) {
        return host.startsWith("*");
    }

    /// `*.foo.com` covers `a.foo.com` and `*.a.foo.com`, not `foo.com`.
    static boolean covers(String pattern, String host) {
        return isWildcard(pattern) ? host.endsWith(pattern.substring(1)) : pattern.equals(host);
    }

    /// The narrower of two when one covers the other.
    static Optional<String> intersection(String one, String other) {
        if (covers(one, other)) {
            return Optional.of(other);
        }
        return covers(other, one) ? Optional.of(one) : Optional.empty();
    }

    /// The order in which a reader looks a host up: full names, then wildcards from the narrowest.
    static int bySpecificity(String one, String other) {
        if (isWildcard(one) != isWildcard(other)) {
            return isWildcard(one) ? 1 : -1;
        }
        if (isWildcard(one) && one.length() != other.length()) {
            return other.length() - one.length();
        }
        return one.compareTo(other);
    }

    /// Read from its end, so that hosts of one domain are neighbours in a sorted map.
    static String reversed(String host) {
        return new StringBuilder(host).reverse().toString();
    }
}
