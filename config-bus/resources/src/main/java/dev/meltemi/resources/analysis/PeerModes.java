package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.Optional;

/// What clients are told of mTLS (DestinationRule) beside what servers take (PeerAuthentication).
final class PeerModes {
    private static final String SUFFIX = ".svc.cluster.local";
    private static final String STRICT = "STRICT";

    private PeerModes() {}

    static void partners(Scene scene, Notes notes) {
        for (View rule : scene.all(Type.DESTINATION_RULE)) {
            Part tls = rule.spec().at("trafficPolicy").at("tls");
            String host = Hosts.qualified(rule.spec().text("host"), rule.namespace());
            if (tls.text("mode").equals("ISTIO_MUTUAL")) {
                asked(host, tls, rule, scene, notes);
            } else if (tls.text("mode").equals("DISABLE")) {
                refused(host, tls, rule, scene, notes);
            }
        }
    }

    /// Only rules for a whole mesh or namespace are meant to go with a policy.
    private static void asked(String host, Part tls, View rule, Scene scene, Notes notes) {
        boolean byMesh =
                mode(scene, scene.rootNamespace()).filter(PeerModes::takesMtls).isPresent();
        if (host.equals("*.local")) {
            if (!byMesh) {
                notes.once(
                        Code.KIA0205,
                        rule,
                        tls,
                        "clients use mTLS in the whole mesh, but no PeerAuthentication of " + scene.rootNamespace()
                                + " says so of servers",
                        "add one with mtls.mode STRICT or PERMISSIVE");
            }
        } else if (host.startsWith("*.") && host.endsWith(SUFFIX)) {
            String namespace = host.substring(2, host.length() - SUFFIX.length());
            if (!byMesh && mode(scene, namespace).filter(PeerModes::takesMtls).isEmpty()) {
                notes.once(
                        Code.KIA0206,
                        rule,
                        tls,
                        "clients use mTLS to namespace " + namespace + ", but no PeerAuthentication of it says so of"
                                + " servers",
                        "add one with mtls.mode STRICT or PERMISSIVE");
            }
        }
    }

    private static boolean takesMtls(String mode) {
        return mode.equals(STRICT) || mode.equals("PERMISSIVE");
    }

    /// A policy of the servers' namespace goes before the mesh's.
    private static void refused(String host, Part tls, View rule, Scene scene, Notes notes) {
        if (!host.equals("*.local") && !host.endsWith(SUFFIX)) {
            return;
        }
        Optional<String> own = namespaceOf(host).flatMap(namespace -> mode(scene, namespace));
        Optional<String> mesh = mode(scene, scene.rootNamespace());
        boolean strict = own.or(() -> mesh).filter(STRICT::equals).isPresent();
        if (strict) {
            notes.once(
                    own.isPresent() ? Code.KIA0208 : Code.KIA0207,
                    rule,
                    tls,
                    "clients use plaintext to " + host + ", but the PeerAuthentication of "
                            + (own.isPresent() ? "its namespace" : "the mesh") + " takes only mTLS",
                    "make the policy PERMISSIVE, or leave tls out here");
        }
    }

    /// `reviews.default.svc.cluster.local` is in `default`, and so is `*.default.svc.cluster.local`.
    private static Optional<String> namespaceOf(String host) {
        if (!host.endsWith(SUFFIX)) {
            return Optional.empty();
        }
        String name = host.substring(0, host.length() - SUFFIX.length());
        return Optional.of(name.substring(name.lastIndexOf('.') + 1));
    }

    /// Of the policy for all of a namespace's workloads.
    private static Optional<String> mode(Scene scene, String namespace) {
        return scene.all(Type.PEER_AUTHENTICATION).stream()
                .filter(policy -> policy.namespace().equals(namespace))
                .filter(policy -> policy.spec().at("selector").at("matchLabels").isEmpty())
                .map(policy -> policy.spec().at("mtls").text("mode"))
                .filter(mode -> !mode.isEmpty() && !mode.equals("UNSET"))
                .findFirst();
    }
}
