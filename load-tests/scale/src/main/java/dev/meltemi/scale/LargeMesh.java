package dev.meltemi.scale;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import dev.meltemi.rules.Change;
import dev.meltemi.rules.MeshState;
import dev.meltemi.schemas.fleet.ProxyType;
import dev.meltemi.schemas.fleet.Registration;
import java.util.Map;
import java.util.Optional;

/// A mesh of a given size, told as people tell it: YAML documents and registrations. Each service has subsets, and one
/// rule that sends some requests to each.
///
/// @param routes entries of each VirtualService's `http`
record LargeMesh(int services, int endpointsEach, int routes) {
    private static final String NAMESPACE = "shop";

    public String host(int service) {
        return "s" + service + "." + NAMESPACE + ".svc.cluster.local";
    }

    public MeshState state() {
        var state = MeshState.EMPTY;
        for (int service = 0; service < services; service++) {
            state = state.with(accepted(service(service), service))
                    .with(accepted(destinationRule(service), service))
                    .with(accepted(virtualService(service, 90), service));
            for (int endpoint = 0; endpoint < endpointsEach; endpoint++) {
                state = state.with(new Change.Registered(registration(service, endpoint, true)));
            }
        }
        return state;
    }

    /// The service's rule, said again with other weights.
    public Change ruleChange(int service, int weight, long offset) {
        return accepted(virtualService(service, weight), offset);
    }

    public Change endpointChange(int service, int endpoint, boolean healthy) {
        return new Change.Registered(registration(service, endpoint, healthy));
    }

    private static Change accepted(String text, long offset) {
        return switch (Documents.judge(text, Optional.empty())) {
            case Verdict.Accepted accepted -> new Change.Accepted(accepted.resource(), offset, 1);
            case Verdict.Rejected rejected -> throw new IllegalStateException(rejected.errors() + " in\n" + text);
        };
    }

    private static String service(int number) {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: s%d, namespace: shop}
            spec:
              selector: {app: s%d}
              ports: [{port: 80, name: http, targetPort: 8080}]
            """.formatted(number, number);
    }

    private static String destinationRule(int number) {
        return """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: s%d, namespace: shop}
            spec:
              host: s%d
              trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}
              subsets:
              - {name: v1, labels: {version: v1}}
              - {name: v2, labels: {version: v2}}
            """.formatted(number, number);
    }

    private String virtualService(int number, int weight) {
        var text = new StringBuilder("""
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: s%d, namespace: shop}
            spec:
              hosts: [s%d]
              http:
            """.formatted(number, number));
        for (int route = 0; route < routes - 1; route++) {
            text.append("""
                  - name: r%d
                    match: [{uri: {prefix: /api/v%d/}, headers: {x-tenant: {exact: t%d}}}]
                    route: [{destination: {host: s%d, subset: v2}}]
                """.formatted(route, route, route, number).indent(0));
        }
        return text.append("""
              - name: rest
                timeout: 5s
                route:
                - {destination: {host: s%d, subset: v1}, weight: %d}
                - {destination: {host: s%d, subset: v2}, weight: %d}
            """.formatted(number, weight, number, 100 - weight)).toString();
    }

    private static Registration registration(int service, int endpoint, boolean healthy) {
        return Registration.newBuilder()
                .setInstance("s" + service + "-" + endpoint + "~1")
                .setWorkload("s" + service + "-v" + (1 + endpoint % 2))
                .setNamespace(NAMESPACE)
                .setLabels(Map.of("app", "s" + service, "version", "v" + (1 + endpoint % 2)))
                .setAddress("10." + service / 250 + "." + service % 250 + "." + (endpoint + 1))
                .setServiceAccount("s" + service)
                .setHealthy(healthy)
                .setMtls(true)
                .setType(ProxyType.SIDECAR)
                .build();
    }
}
