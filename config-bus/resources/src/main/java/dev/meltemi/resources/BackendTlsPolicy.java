package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;

/// TLS from a gateway to the services that it names.
///
/// @param targets each with a port's name where the policy is for one port
/// @param systemRoots the certificates of the machine, instead of `authorities`
/// @param subjectAltNames of which the certificate must carry one, besides the host name
public record BackendTlsPolicy(
        ResourceKey key,
        List<Target> targets,
        String hostname,
        List<ObjectReference> authorities,
        boolean systemRoots,
        List<String> subjectAltNames)
        implements Resource {
    public BackendTlsPolicy {
        targets = List.copyOf(targets);
        authorities = List.copyOf(authorities);
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    public record Target(ObjectReference to, Optional<String> section) {}
}
