package dev.meltemi.sidecar.config;

import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.MutualTls;
import java.util.HashMap;
import java.util.Map;

/// The access rules that a sidecar runs. Access fails closed: a scope whose record can't be read keeps what it
/// said before, also before this process started; and when nobody knows that, it lets nobody in.
final class AccessScopes {
    private static final String NAMESPACE = "namespace/";
    private static final String WORKLOAD = "workload/";

    private AccessScopes() {}

    /// @param lastKnown what scopes said before the topics were read
    static Map<String, AccessRules> inForce(LiveTopic<AccessRules> live, Map<String, AccessRules> lastKnown) {
        var rules = new HashMap<>(live.values());
        for (String scope : live.unreadableKeys()) {
            rules.computeIfAbsent(scope, unknown -> lastKnown.getOrDefault(unknown, closed(unknown)));
        }
        return rules;
    }

    /// For whom a scope is, as far as its key tells: labels stand in the record, so a workload's scope closes
    /// its whole namespace, and a key of another form the mesh.
    static AccessRules closed(String scope) {
        String namespace = "";
        if (scope.startsWith(NAMESPACE)) {
            namespace = scope.substring(NAMESPACE.length());
        } else if (scope.startsWith(WORKLOAD) && scope.indexOf('/', WORKLOAD.length()) > 0) {
            namespace = scope.substring(WORKLOAD.length(), scope.indexOf('/', WORKLOAD.length()));
        }
        return AccessRules.newBuilder()
                .setRule(scope)
                .setConfigOffset(-1)
                .setNamespace(namespace)
                .setMutualTls(MutualTls.UNKNOWN)
                .build();
    }
}
