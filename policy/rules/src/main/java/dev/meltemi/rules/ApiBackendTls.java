package dev.meltemi.rules;

import dev.meltemi.resources.BackendTlsPolicy;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.schemas.compiled.BackendTls;
import dev.meltemi.schemas.compiled.ClientTlsSettings;
import dev.meltemi.schemas.compiled.OtherDeclaration;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A BackendTLSPolicy with everything that can be compiled from it alone. The oldest sorts first.
///
/// @param services hosts of Services, and {@link ApiRoute#entryKey}s, that it is for
/// @param compiled for no port in particular
record ApiBackendTls(Age age, BackendTlsPolicy policy, Set<String> services, BackendTls compiled)
        implements ApiEntry, Comparable<ApiBackendTls> {
    static ApiBackendTls of(BackendTlsPolicy policy, long offset, long created) {
        var services = new TreeSet<String>();
        policy.targets().forEach(target -> services.add(ApiRoute.serviceKey(target.to())));
        services.remove("");
        return new ApiBackendTls(
                new Age(created, policy.key()),
                policy,
                services,
                BackendTls.newBuilder()
                        .setRule(policy.key().qualifiedName())
                        .setConfigOffset(offset)
                        .setNamespace(policy.key().namespace())
                        .setSettings(settings(policy))
                        .build());
    }

    private static ClientTlsSettings settings(BackendTlsPolicy policy) {
        return ClientTlsSettings.newBuilder()
                .setSni(policy.hostname())
                .setSubjectAltNames(
                        policy.subjectAltNames().isEmpty() ? List.of(policy.hostname()) : policy.subjectAltNames())
                .setCaCredentialNames(policy.authorities().stream()
                        .filter(BackendTlsPolicy::holdsCertificates)
                        .map(ApiBackendTls::credential)
                        .toList())
                .setTrouble(policy.trouble().map(BackendTlsPolicy.Trouble::why).orElse(""))
                .build();
    }

    /// Istio's name of it, which says where a ConfigMap's certificates are.
    private static String credential(ObjectReference to) {
        String name = to.namespace() + "/" + to.name();
        return to.kind().equals("ConfigMap") ? "configmap://" + name : name;
    }

    /// For each port of a service that one names, and for all the others, the one that counts: who names the port
    /// before who names the service, then the oldest.
    ///
    /// @param keys by which policies name the service
    /// @param service knows its ports already
    static List<BackendTls> of(ApiBook book, Set<String> keys, ServiceRoutes.Builder service) {
        var candidates = new TreeSet<ApiBackendTls>();
        keys.forEach(key -> candidates.addAll(book.backends().at(key)));
        var counting = new TreeMap<String, Map<Integer, BackendTls>>();
        for (ApiBackendTls candidate : candidates) {
            String namespace = candidate.compiled.getNamespace();
            var byPort = counting.computeIfAbsent(namespace, _ -> new TreeMap<>());
            for (int port : candidate.ports(keys, portsIn(namespace, service))) {
                byPort.putIfAbsent(
                        port,
                        BackendTls.newBuilder(candidate.compiled).setPort(port).build());
            }
        }
        return counting.values().stream()
                .flatMap(byPort -> byPort.values().stream())
                .toList();
    }

    /// As that namespace declares the service.
    private static List<ServicePort> portsIn(String namespace, ServiceRoutes.Builder service) {
        List<OtherDeclaration> others = service.hasOthers() ? service.getOthers() : List.of();
        return others.stream()
                .filter(other -> other.getNamespace().equals(namespace))
                .findFirst()
                .map(OtherDeclaration::getPorts)
                .orElse(service.getPorts());
    }

    /// 0 for all of them.
    private Collection<Integer> ports(Set<String> keys, List<ServicePort> ports) {
        var named = new TreeSet<Integer>();
        for (BackendTlsPolicy.Target target : policy.targets()) {
            if (keys.contains(ApiRoute.serviceKey(target.to()))) {
                if (target.section().isEmpty()) {
                    named.add(0);
                }
                ports.stream()
                        .filter(port ->
                                target.section().map(port.getName()::equals).orElse(false))
                        .forEach(port -> named.add(port.getNumber()));
            }
        }
        return named;
    }

    @Override
    public int compareTo(ApiBackendTls other) {
        return age.compareTo(other.age);
    }
}
