package dev.meltemi.conformance;

import dev.meltemi.routing.Workload;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether a port of a workload takes plaintext, mTLS or both.
final class PeerCase {
    private PeerCase() {}

    /// @param live null: through the pure code
    static Outcome outcome(Map<String, Object> scenario, Map<String, Object> asked, @Nullable LiveMesh live) {
        Map<String, Object> request = Node.map(asked.get("request"));
        String unknown = Node.unknown(asked, AuthzCases.PEER_KEYS) + Node.unknown(request, Set.of("transport", "port"));
        if (!unknown.isEmpty()) {
            return new Outcome.Failed(null, unknown);
        }
        Map<String, Object> workload = Node.map(scenario.get("workload"));
        var self = new Workload(
                "receiver-1",
                "receiver",
                Node.text(workload, "namespace", "default"),
                Node.textByName(workload.get("labels")),
                "receiver",
                "",
                false);
        var table = MeshOfCase.of(Node.text(scenario, "policies", "")).table(self);
        int port = (int) Node.number(request.get("port"));
        String mode = table.mutualTls(port).name();
        boolean plaintext = Node.text(request, "transport", "").equals("plaintext");
        var actual = new LinkedHashMap<String, Object>();
        try {
            boolean entered = live == null
                    ? !mode.equals(plaintext ? "STRICT" : "DISABLE")
                    : live.enter(table, port, plaintext ? null : "");
            actual.put("expect", entered ? "allow" : "deny");
        } catch (IOException e) {
            return new Outcome.Failed(null, "sending failed: " + e);
        }
        actual.put("mode", mode);
        var differences = new StringBuilder();
        actual.forEach((key, value) -> {
            if (asked.containsKey(key) && !value.equals(asked.get(key))) {
                differences
                        .append(key)
                        .append(": expected ")
                        .append(asked.get(key))
                        .append(" but was ")
                        .append(value)
                        .append(". ");
            }
        });
        return Outcome.of(actual.get("expect"), differences.toString().strip());
    }
}
