package dev.meltemi.spiffe;

import java.util.List;
import java.util.regex.Pattern;

/// The name of a workload, as Istio writes it: `spiffe://cluster.local/ns/default/sa/reviews`. Valid once it exists.
///
/// @param trustDomain lower case: `cluster.local`
/// @param namespace of the service account
/// @param serviceAccount what the workload runs as
public record SpiffeId(String trustDomain, String namespace, String serviceAccount) {
    private static final String SCHEME = "spiffe://";
    /// SPIFFE-ID 2.1 and 2.2: what a trust domain and a path segment may consist of.
    private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._-]{1,253}");

    /// @throws IllegalArgumentException when a part is empty or has a character that a SPIFFE id can't have
    public SpiffeId {
        require(TRUST_DOMAIN, trustDomain, "trust domain");
        require(SEGMENT, namespace, "namespace");
        require(SEGMENT, serviceAccount, "service account");
    }

    /// @param uri exactly `spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT`
    /// @throws IllegalArgumentException naming the text and the form that was expected
    public static SpiffeId parse(String uri) {
        List<String> parts =
                List.of(uri.startsWith(SCHEME) ? uri.substring(SCHEME.length()).split("/", -1) : new String[0]);
        if (parts.size() != 5 || !parts.get(1).equals("ns") || !parts.get(3).equals("sa")) {
            throw new IllegalArgumentException("\"" + uri
                    + "\" is not a workload's SPIFFE id: expected"
                    + " spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT");
        }
        return new SpiffeId(parts.get(0), parts.get(2), parts.get(4));
    }

    /// As it stands in a certificate's URI SAN.
    public String uri() {
        return SCHEME + principal();
    }

    /// Without scheme, as Istio's policies and telemetry write a principal.
    public String principal() {
        return trustDomain + "/" + path();
    }

    /// Within the trust domain: `ns/default/sa/reviews`.
    public String path() {
        return "ns/" + namespace + "/sa/" + serviceAccount;
    }

    @Override
    public String toString() {
        return uri();
    }

    private static void require(Pattern form, String text, String what) {
        if (!form.matcher(text).matches() || text.equals(".") || text.equals("..")) {
            throw new IllegalArgumentException("\"" + text + "\" can't be the " + what
                    + " of a SPIFFE id: letters, digits, '.', '-' and '_' only");
        }
    }
}
