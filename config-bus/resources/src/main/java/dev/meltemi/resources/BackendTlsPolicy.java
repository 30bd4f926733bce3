package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;

/// TLS from gateways and sidecars to the services that it names.
///
/// @param targets each with a port's name where the policy is for one port
/// @param hostname what callers say they want to speak to, and the name that certificates carry unless
/// `subjectAltNames` has others
/// @param authorities who is believed; empty: those of a well-known set
/// @param wellKnown `System` for the certificates of the machine, another set's name, or empty
/// @param subjectAltNames of which the certificate must carry one, instead of the host name
public record BackendTlsPolicy(
        ResourceKey key,
        List<Target> targets,
        String hostname,
        List<ObjectReference> authorities,
        String wellKnown,
        List<String> subjectAltNames)
        implements Resource {
    public BackendTlsPolicy {
        targets = List.copyOf(targets);
        authorities = List.copyOf(authorities);
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    public record Target(ObjectReference to, Optional<String> section) {}

    /// A sentence on what is wrong with the certificates that it names, with the Gateway API's word for it.
    ///
    /// @param reason of the condition ResolvedRefs, or of Accepted where no reference is at fault
    public record Trouble(String reason, String why) {}

    /// Whether a reference is to what holds certificates: a ConfigMap, or a credential as gateways have them.
    public static boolean holdsCertificates(ObjectReference reference) {
        return reference.group().isEmpty()
                && (reference.kind().equals("ConfigMap") || reference.kind().equals("Secret"));
    }

    /// What keeps anybody from being believed, so that connections fail; empty: nothing. One good reference is
    /// enough, the others are left out.
    public Optional<Trouble> trouble() {
        if (!wellKnown.isEmpty() && !wellKnown.equals("System")) {
            return Optional.of(new Trouble(
                    "Invalid", "wellKnownCACertificates " + wellKnown + " isn't known: System is, or name ConfigMaps"));
        }
        boolean none = wellKnown.isEmpty() && authorities.stream().noneMatch(BackendTlsPolicy::holdsCertificates);
        return none
                ? Optional.of(new Trouble(
                        "InvalidKind",
                        "caCertificateRefs name no ConfigMap and no Secret, which are what holds certificates"))
                : Optional.empty();
    }
}
