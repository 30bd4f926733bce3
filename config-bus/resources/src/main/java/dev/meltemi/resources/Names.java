package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;

/// Names of hosts, namespaces and documents, as DNS and Kubernetes allow them.
final class Names {
    private static final int MAX_LABEL = 63;
    private static final int MAX_DOMAIN = 255;

    private Names() {}

    /// A namespace, a subset, a port's name: letters of either case, digits and `-` (RFC 1123, as Istio reads it).
    static boolean isLabel(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_LABEL
                && isAlphanumeric(text.charAt(0))
                && isAlphanumeric(text.charAt(text.length() - 1))
                && text.chars().allMatch(c -> isAlphanumeric(c) || c == '-');
    }

    /// A document's name.
    static boolean isSubdomain(String text) {
        return text.length() <= 253
                && isLowerCase(text)
                && List.of(text.split("\\.", -1)).stream().allMatch(Names::isLabel);
    }

    static boolean isLowerCase(String text) {
        return text.chars().noneMatch(c -> c >= 'A' && c <= 'Z');
    }

    static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /// A host name without wildcard; one trailing dot is allowed, a last label of digits only isn't.
    static boolean isDomain(String text) {
        if (text.isEmpty() || text.length() > MAX_DOMAIN) {
            return false;
        }
        List<String> labels = List.of(text.split("\\.", -1));
        int last = labels.size() - 1;
        boolean absolute = labels.getLast().isEmpty();
        return labels.subList(0, absolute ? last : last + 1).stream().allMatch(Names::isLabel)
                && (absolute || labels.getLast().chars().anyMatch(c -> c < '0' || c > '9'));
    }

    /// A host name whose first label may be `*`, `*foo` or `*-foo`; a single label may be digits.
    static boolean isWildcardDomain(String text) {
        int dot = text.indexOf('.');
        String first = dot < 0 ? text : text.substring(0, dot);
        String rest = dot < 0 ? "" : text.substring(dot + 1);
        String label = first.startsWith("*-") ? first.substring(2) : first.startsWith("*") ? first.substring(1) : first;
        boolean goodFirst = first.equals("*") || isLabel(label);
        return goodFirst && text.length() <= MAX_DOMAIN && (rest.isEmpty() || isDomain(rest));
    }

    /// `*foo.com`: legal in some places, matched by no proxy as people expect.
    static boolean isPartialWildcard(String host) {
        return host.startsWith("*") && host.length() > 1 && host.charAt(1) != '.';
    }

    static void checkHost(Part host, Report report) {
        if (!isWildcardDomain(host.text()) && !Addresses.isIp(host.text())) {
            report.error(
                    host,
                    "\"" + host.text() + "\" is no host: expected a DNS name, which may begin with \"*.\", or an IP");
        }
    }

    /// Whether every name that the second covers is covered by the first too: `*.com` covers `*.foo.com` and
    /// `foo.com`.
    static boolean covers(String wider, String narrower) {
        if (!wider.startsWith("*")) {
            return wider.equalsIgnoreCase(narrower);
        }
        String suffix = wider.substring(1);
        String name = narrower.startsWith("*") ? narrower.substring(1) : narrower;
        return name.length() >= suffix.length()
                && name.regionMatches(true, name.length() - suffix.length(), suffix, 0, suffix.length());
    }
}
